import { Box, Text } from 'ink';
import { memo } from 'react';
import { toAnsi } from '../../text/ansi.ts';
import type { Line } from '../../text/line.ts';

const Row = memo(({ text }: { readonly text: string }) => <Text wrap="truncate">{text}</Text>);

/** One Text a line, each already at the exact width of the screen: Ink neither wraps nor measures anything anew. */
export const Rows = ({
  lines,
  width,
  color,
}: {
  readonly lines: readonly Line[];
  readonly width: number;
  readonly color: boolean;
}) => (
  <Box flexDirection="column" width={width} height={lines.length}>
    {lines.map((line, index) => (
      // biome-ignore lint/suspicious/noArrayIndexKey: a row of the screen is its index
      <Row key={index} text={toAnsi(line, { color, style: true }) || ' '} />
    ))}
  </Box>
);

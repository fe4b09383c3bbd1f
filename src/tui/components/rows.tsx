import { Box, Text } from 'ink';
import { memo } from 'react';
import type { Line } from '../../text/line.ts';
import { inkAnsi } from './ink-ansi.ts';

/** Ink takes every character apart on every frame; the blanks at the end of a line it adds by itself. */
const withoutEnd = (line: Line): Line => {
  const last = line[line.length - 1];
  if (!last || last.style?.inverse || last.style?.underline) return line;
  const text = last.text.trimEnd();
  if (text === '') return withoutEnd(line.slice(0, -1));
  return text === last.text ? line : [...line.slice(0, -1), { ...last, text }];
};

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
      <Row key={index} text={inkAnsi(withoutEnd(line), color) || ' '} />
    ))}
  </Box>
);

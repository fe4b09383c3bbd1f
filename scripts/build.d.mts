import type { BuildOptions, BuildResult } from 'esbuild';

/** What `npm run build` gives to esbuild. */
export const options: (outdir?: string) => BuildOptions & { metafile: true };

/** Writes dist/ (or `outdir`) anew. */
export const buildAll: (outdir?: string) => Promise<BuildResult>;

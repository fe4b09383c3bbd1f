#!/usr/bin/env node
// The first file node reads: keep its syntax old enough for any node to print the message below.
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(`pg-tutor needs Node 20.19 or newer; this is ${process.versions.node}.\n`);
  process.exit(1);
}
process.env.NODE_ENV ??= 'production';
// Ink's colour library knows FORCE_COLOR but not NO_COLOR (https://no-color.org).
if (process.env.NO_COLOR) process.env.FORCE_COLOR = '0';
const { main } = await import('../dist/main.js').catch((error) => {
  if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
  process.stderr.write('pg-tutor is not built: run npm run build, or npm start.\n');
  process.exit(1);
});
await main(process.argv.slice(2));

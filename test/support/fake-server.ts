import net from 'node:net';

const message = (type: string, ...parts: Buffer[]): Buffer => {
  const body = Buffer.concat(parts);
  const head = Buffer.alloc(5);
  head.write(type, 0, 'latin1');
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
};
const int16 = (value: number): Buffer => {
  const buffer = Buffer.alloc(2);
  buffer.writeInt16BE(value);
  return buffer;
};
const int32 = (value: number): Buffer => {
  const buffer = Buffer.alloc(4);
  buffer.writeInt32BE(value);
  return buffer;
};
const text = (value: string): Buffer => Buffer.from(`${value}\0`);

const ready = message('Z', Buffer.from('I'));

const answerTo = (row: readonly string[]): Buffer =>
  Buffer.concat([
    message(
      'T',
      int16(row.length),
      ...row.map((_, index) =>
        Buffer.concat([text(`c${index}`), int32(0), int16(0), int32(25), int16(-1), int32(-1), int16(0)]),
      ),
    ),
    message(
      'D',
      int16(row.length),
      ...row.map((cell) => Buffer.concat([int32(cell.length), Buffer.from(cell)])),
    ),
    message('C', text('SELECT 1')),
    ready,
  ]);

/**
 * Speaks just enough of the protocol to be asked what it is: for servers there are no binaries of.
 * @param answer the only row of the answer to a query
 */
export const openFakeServer = async (answer: (sql: string) => readonly string[], backendPid = 4711) => {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    let started = false;
    socket.on('data', (data) => {
      if (!started && data.readInt32BE(4) === 80877103) return socket.write('N'); // SSLRequest
      if (!started) {
        started = true;
        return socket.write(
          Buffer.concat([message('R', int32(0)), message('K', int32(backendPid), int32(1)), ready]),
        );
      }
      if (data.toString('latin1', 0, 1) === 'Q')
        return socket.write(answerTo(answer(data.toString('utf8', 5))));
      return socket.end(); // Terminate
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};

/** Accepts connections and never says a word. */
export const openSilentServer = async () => {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((socket) => {
    socket.on('error', () => {});
    sockets.add(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  return {
    port: typeof address === 'object' && address ? address.port : 0,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
};

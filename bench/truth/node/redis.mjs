// Keys of Redis by hand: its protocol is a line and a length.
import net from 'node:net';

export function redis(...words) {
  const [host, port] = process.env.TRUTH_REDIS.split(':');
  return new Promise((resolve, reject) => {
    const connection = net.connect({ host, port: Number(port) }, () => {
      connection.write(`*${words.length}\r\n${words.map(word => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`);
    });
    let seen = Buffer.alloc(0);
    connection.on('error', reject);
    connection.on('data', part => {
      seen = Buffer.concat([seen, part]);
      const end = seen.indexOf('\r\n');
      if (end < 0) return;
      const line = seen.subarray(0, end).toString();
      const length = line[0] === '$' ? Number(line.slice(1)) : -1;
      if (line[0] === '$' && length >= 0 && seen.length < end + 4 + length) return;
      connection.destroy();
      if (line[0] === '-') reject(new Error(line));
      else resolve(line[0] !== '$' ? line.slice(1) : length < 0 ? null : seen.subarray(end + 2, end + 2 + length).toString());
    });
  });
}

// The entry: hands each request to the service whose language its path names, and answers with its result.
// What its caller is told of a failure does not say why; the conversation does.
import http from 'node:http';

const outbound = process.env.TRUTH_OUTBOUND;
const passedOn = ['traceparent', 'tracestate', 'baggage', 'x-request-id', 'b3', 'x-b3-traceid', 'x-b3-spanid', 'x-b3-parentspanid', 'x-b3-sampled', 'x-truth-build'];
const ends = new Set(['host', 'connection', 'content-length', 'transfer-encoding', 'keep-alive', 'expect', 'te', 'upgrade']);

function ask(request, body) {
  const service = `${request.url.split('/')[1]}-core`;
  const headers = { host: service, connection: 'close' };
  for (const [name, value] of Object.entries(request.headers)) {
    if (!ends.has(name) && (passedOn.includes(name) || !name.startsWith('x-envoy') && !name.startsWith('x-forwarded'))) headers[name] = value;
  }
  if (body.length > 0) headers['content-length'] = body.length;
  const [host, port] = (outbound ?? `${service}:80`).split(':');
  return new Promise((resolve, reject) => {
    const call = http.request({ host, port, method: request.method, path: request.url, headers, agent: false }, answer => {
      const parts = [];
      answer.on('data', part => parts.push(part));
      answer.on('end', () => resolve({ service, status: answer.statusCode, text: Buffer.concat(parts).toString() }));
      answer.on('error', reject);
    });
    call.on('error', reject);
    call.end(body);
  });
}

function result(answer) {
  if (answer.status !== 200) return problem(`${answer.service} answered ${answer.status}`);
  const parsed = JSON.parse(answer.text);
  return 'result' in parsed ? { status: 200, type: 'application/json', body: { result: parsed.result } } : problem(`${answer.service} answered without a result`);
}

function problem(detail) {
  return { status: 502, type: 'application/problem+json', body: { type: 'callee-failed', title: 'A service that is needed here did not answer as it should', status: 502, detail } };
}

http.createServer((request, response) => {
  const parts = [];
  request.on('data', part => parts.push(part));
  request.on('end', async () => {
    let told;
    try {
      told = request.url === '/health' ? { status: 200, type: 'text/plain', body: 'ok' } : result(await ask(request, Buffer.concat(parts)));
    } catch {
      told = problem('a service that is needed here broke off');
    }
    const bytes = Buffer.from(JSON.stringify(told.body));
    response.writeHead(told.status, { 'content-type': told.type, 'content-length': bytes.length });
    response.end(bytes);
  });
}).listen(Number(process.env.TRUTH_PORT ?? 8080), '0.0.0.0');

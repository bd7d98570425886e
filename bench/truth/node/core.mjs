// The service with the Node bugs: the path's second part names the bug, the build file the variant.
import fs from 'node:fs';
import http from 'node:http';
import { bugs } from './bugs.mjs';
import { mutated, problem } from './mutations.mjs';

const outbound = process.env.TRUTH_OUTBOUND;
const passedOn = ['traceparent', 'tracestate', 'baggage', 'x-request-id', 'b3', 'x-b3-traceid', 'x-b3-spanid', 'x-b3-parentspanid', 'x-b3-sampled'];

class CalleeFailed extends Error {
  name = 'CalleeFailed';
}

// What the code of a bug is given: the request, the build, and what it may call.
class BugRequest {
  count = 0;
  equal = {};

  constructor(http, build, body) {
    this.http = http;
    this.url = new URL(http.url, 'http://core');
    this.body = body;
    this.mutation = build.mutation;
    this.isFixed = build.variant === 'fixed';
    this.isDecoy = build.variant === 'decoy';
  }

  query(name) {
    return this.url.searchParams.get(name);
  }

  async call(service, target) {
    return json(service, await this.tryCall(service, target));
  }

  // Two calls, one after the other.
  async callBoth(first, second) {
    if (this.mutation !== 'swapped-calls') return [await this.call(...first), await this.call(...second)];
    const later = await this.call(...second);
    return [await this.call(...first), later];
  }

  // Calls another service, whatever it answers. A mutation changes the first call.
  async tryCall(service, target) {
    const number = ++this.count;
    const change = number === 1 ? this.mutation : 'none';
    const method = change === 'changed-method' ? 'POST' : 'GET';
    if (change === 'changed-query') target += `${target.includes('?') ? '&' : '?'}changed=1`;
    if (change === 'changed-path') target = `/changed${target}`;
    if (change === 'repeated-call') await this.send(method, service, target);
    return this.send(method, service, target);
  }

  send(method, service, target) {
    // The name of this call, which only the two ends read: whoever answers says which call the answer was made for.
    // Equal calls are told apart by their order alone.
    const called = `${method} ${service}${target}`;
    this.equal[called] = (this.equal[called] ?? 0) + 1;
    const name = `${this.http.url}|${called}|${this.equal[called]}`;
    const headers = { host: service, 'x-truth-call': name, connection: 'close' };
    for (const header of passedOn) {
      if (this.http.headers[header] !== undefined) headers[header] = this.http.headers[header];
    }
    const [host, port] = (outbound ?? `${service}:80`).split(':');
    return new Promise((resolve, reject) => {
      const call = http.request({ host, port, method, path: target, headers, agent: false }, answer => {
        if (process.env.TRUTH_CALLS === '1') process.stdout.write(`truth-call\t${name}\t${answer.headers['x-truth-call'] ?? 'none'}\n`);
        const parts = [];
        answer.on('data', part => parts.push(part));
        answer.on('end', () => resolve({ status: answer.statusCode, headers: answer.headers, text: Buffer.concat(parts).toString() }));
        answer.on('error', reject);
      });
      call.on('error', reject);
      call.end();
    });
  }
}

function json(service, answer) {
  if (answer.status !== 200) throw new CalleeFailed(`${service} answered ${answer.status}`);
  return JSON.parse(answer.text);
}

async function run(request, build, body) {
  try {
    const asked = new BugRequest(request, build, body);
    if (build.mutation === 'extra-call') await asked.tryCall('stock', '/extra');
    const result = await bugs[asked.url.pathname.split('/').at(-1)](asked);
    if (build.mutation === 'late-check') throw new Error('the answer did not pass the last check');
    return { status: 200, type: 'application/json', body: JSON.stringify({ result: String(result) }), end: 'whole' };
  } catch (failure) {
    // Every bug ends here.
    return problem({ type: failure.name, title: 'The request could not be served', status: 500, detail: failure.message });
  }
}

function buildOf(request) {
  const chosen = process.env.TRUTH_SWITCH === '1' ? request.headers['x-truth-build'] : undefined;
  const build = JSON.parse(chosen === undefined ? fs.readFileSync(process.env.TRUTH_BUILD ?? 'build.json', 'utf8') : decodeURIComponent(chosen));
  // Only one request meets what was changed; every other one is served as in the build without the change.
  if ([undefined, null, request.url].includes(build.only)) return build;
  return { ...build, variant: build.variant === 'decoy' ? 'fixed' : build.variant, mutation: 'none' };
}

function send(response, answer) {
  const body = Buffer.from(answer.body);
  if (answer.end === 'reset') {
    response.socket.resetAndDestroy();
    return;
  }
  response.writeHead(answer.status, { ...(answer.type === '' ? {} : { 'content-type': answer.type }), 'content-length': body.length });
  if (answer.end === 'cut') response.write(body.subarray(0, body.length / 2), () => response.socket.resetAndDestroy());
  else response.end(body);
}

http.createServer((request, response) => {
  const parts = [];
  request.on('data', part => parts.push(part));
  request.on('end', async () => {
    if (request.url === '/health') {
      send(response, { status: 200, type: 'text/plain', body: 'ok', end: 'whole' });
      return;
    }
    const build = buildOf(request);
    send(response, build.mutation === 'dropped-calls' ? problem(JSON.parse(build.answer)) : mutated(build.mutation, await run(request, build, Buffer.concat(parts))));
  });
}).listen(Number(process.env.TRUTH_PORT ?? 8080), '0.0.0.0');

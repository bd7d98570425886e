// Changes of the answer, the same for every bug.
export function problem(body) {
  return { status: 500, type: 'application/problem+json', body: JSON.stringify(body), end: 'whole' };
}

function changed(answer, change) {
  const body = JSON.parse(answer.body);
  change(body);
  return { ...answer, body: JSON.stringify(body) };
}

const changes = {
  'status-503': answer => ({ ...answer, status: 503 }),
  'status-404': answer => ({ ...answer, status: 404 }),
  'other-detail': answer => changed(answer, body => { body.detail += ', again'; }),
  'other-type': answer => changed(answer, body => { body.type = `Other${body.type}`; }),
  'other-title': answer => changed(answer, body => { body.title = 'Something else went wrong'; }),
  'added-member': answer => changed(answer, body => { body.code = 42; }),
  'removed-detail': answer => changed(answer, body => { delete body.detail; }),
  'media-text': answer => ({ ...answer, type: 'text/plain' }),
  'empty-body': answer => ({ ...answer, type: '', body: '' }),
  'default-page': answer => ({ ...answer, type: 'text/html', body: '<html><body><h1>Internal Server Error</h1></body></html>' }),
  swallowed: () => ({ status: 200, type: 'application/json', body: '{}', end: 'whole' }),
  truncated: answer => ({ ...answer, end: 'cut' }),
  reset: answer => ({ ...answer, end: 'reset' }),
};

export function mutated(mutation, answer) {
  return (changes[mutation] ?? (same => same))(answer);
}

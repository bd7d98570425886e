// The bugs, each with its fix and with a decoy that fails for another cause.
import { redis } from './redis.mjs';

// Not every parcel has a recipient beside the buyer.
async function optionalRecipient(request) {
  const item = await request.call('stock', `/parcels/${request.query('id')}`);
  if (request.isDecoy) throw new RangeError('the parcel is heavier than 31 kg');
  return request.isFixed ? item.recipient?.name ?? item.buyer : item.recipient.name;
}

// Ids beyond 2^53 lose their last digits as numbers.
async function longId(request) {
  const order = await request.call('prices', '/orders/last');
  if (request.isDecoy) throw new SyntaxError('the order is written in an old form');
  const id = request.isFixed ? request.query('id') : String(Number(request.query('id')));
  if (id !== request.query('id')) throw new Error(`order ${id} is not order ${request.query('id')}`);
  return `${id} after ${order.number}`;
}

// The key of the cache lacks the language of the page.
async function cacheKey(request) {
  const item = await request.call('stock', '/items/atlas');
  const cached = JSON.parse(await redis('GET', request.isFixed ? `page:atlas:${request.query('language')}` : 'page:atlas'));
  if (request.isDecoy) throw new TypeError('the map of the atlas is no picture');
  if (cached.language !== request.query('language')) throw new Error(`asked for ${request.query('language')}, cached is ${cached.language}`);
  return `${cached.title}, ${item.available} left`;
}

// Sessions from before the last release have no cart.
async function oldSession(request) {
  const price = await request.call('prices', '/prices/globe');
  const session = JSON.parse(await redis('GET', `session:${request.query('session')}`));
  if (request.isDecoy) throw new URIError('the session points to a shop that closed');
  const cart = request.isFixed ? session.cart ?? { items: [] } : session.cart;
  return `${cart.items.length} in the cart, a globe is ${price.price}`;
}

// Two calls at once write to one variable: the slower one wins.
async function sharedVariable(request) {
  let latest = '';
  const read = async (service, target) => {
    latest = (await request.call(service, target)).name;
    return latest;
  };
  const [depot] = await Promise.all([read('stock', `/depots/${request.query('depot')}`), read('prices', `/lists/${request.query('depot')}`)]);
  if (request.isDecoy) throw new RangeError('the depot has no gate');
  const answer = request.isFixed ? depot : latest;
  if (answer !== request.query('depot') && answer !== depot) throw new Error(`depot ${answer} is a price list`);
  return answer;
}

// A header that is there twice comes as one text with a comma.
async function twoCoupons(request) {
  const price = await request.call('prices', '/prices/hat');
  const coupon = request.http.headers['x-coupon'];
  if (request.isDecoy) throw new EvalError('coupons are not for hats');
  const used = request.isFixed ? coupon.split(/,\s*/)[0] : coupon;
  if (!/^[a-z]+\d*$/.test(used)) throw new Error(`no coupon is called '${used}'`);
  return `${price.price} with ${used}`;
}

// Months count from 0 for Date and from 1 for everybody else.
async function month(request) {
  const item = await request.call('stock', '/items/calendar');
  const [year, month, day] = request.query('day').split('-').map(Number);
  if (request.isDecoy) throw new ReferenceError('the office is closed on that day');
  const date = new Date(Date.UTC(year, request.isFixed ? month - 1 : month, day));
  if (date.getUTCDate() !== day) throw new RangeError(`${request.query('day')} became ${date.toISOString().slice(0, 10)}`);
  return `${item.available} on day ${date.getUTCDate()}`;
}

// Cutting a text to ten units cuts a sign of two units in half.
async function cutSign(request) {
  const item = await request.call('stock', '/items/badge');
  const text = request.query('text');
  if (request.isDecoy) throw new SyntaxError('a badge has two lines');
  const short = request.isFixed ? [...text].slice(0, 9).join('') : text.slice(0, 10);
  return `${encodeURIComponent(short)} on one of ${item.available}`;
}

export const bugs = {
  'optional-recipient': optionalRecipient,
  'long-id': longId,
  'cache-key': cacheKey,
  'old-session': oldSession,
  'shared-variable': sharedVariable,
  'two-coupons': twoCoupons,
  month,
  'cut-sign': cutSign,
};

"""The bugs, each with its fix and with a decoy that fails for another cause."""
import datetime
import decimal
import json
import urllib.parse

from rows import redis, select


def optional_price(request):
    """An article need not have a price of its own; None is multiplied all the same."""
    stock = request.call("stock", "/items/mug")
    article, price = select("select article, price from python_articles where id = %s", request.query["id"])[0]
    if request.is_decoy:
        raise PermissionError(f"{article} is not for sale here")
    if request.is_fixed and price is None:
        price = 0
    return f"{article}: {price * 3} for three of {stock['available']}"


def float_sum(request):
    """Ten cents and twenty cents, as floats, are not thirty."""
    first, second = request.call_both(("prices", "/prices/pin"), ("prices", f"/prices/{request.query['item']}"))
    number = decimal.Decimal if request.is_fixed else float
    if request.is_decoy:
        raise LookupError("no invoice is open for this order")
    total, expected = number(first["price"]) + number(second["price"]), number(second["sum"])
    if total != expected:
        raise ArithmeticError(f"the invoice says {expected}, the lines say {total}")
    return total


def duplicate_rows(request):
    """Since members may have two addresses the join has two rows for one member."""
    request.call("stock", "/items/card")
    rows = select("select m.name, a.city, a.is_main from python_members m join python_addresses a on a.member = m.id where m.id = %s order by a.id", request.query["id"])
    if request.is_decoy:
        raise TimeoutError("the post office did not answer")
    if request.is_fixed:
        rows = [row for row in rows if row[2]]
    if len(rows) != 1:
        raise ValueError(f"{len(rows)} rows for one member, the first in {rows[0][1]}")
    return f"{rows[0][0]} in {rows[0][1]}"


def cache_key(request):
    """The key of the cache lacks the currency: whoever came first decides for all."""
    price = request.call("prices", f"/prices/fan?currency={request.query['currency']}")
    key = f"price:fan:{request.query['currency']}" if request.is_fixed else "price:fan"
    cached = json.loads(redis("GET", key) or json.dumps(price))
    if request.is_decoy:
        raise KeyError("season")
    if cached["currency"] != request.query["currency"]:
        raise ValueError(f"asked for {request.query['currency']}, cached is {cached['currency']}")
    return cached["price"]


def duplicate_member(request):
    """A member that is there twice: the last one wins without a word."""
    request.call("stock", "/items/box")
    if request.is_fixed:
        order = json.loads(request.body, object_pairs_hook=lambda pairs: dict(reversed(pairs)))
    else:
        order = json.loads(request.body)
    if request.is_decoy:
        raise OverflowError("the van is full")
    if order["quantity"] * order["each"] != order["total"]:
        raise ValueError(f"{order['quantity']} at {order['each']} are not {order['total']}")
    return order["total"]


def query_encoding(request):
    """An old client writes its query in Latin-1; the code insists on UTF-8."""
    stock = request.call("stock", "/items/jar")
    name = urllib.parse.unquote_to_bytes(request.raw_query.partition("=")[2])
    if request.is_decoy:
        raise NameError("nobody of this name has an account")
    try:
        return f"{name.decode()} takes one of {stock['available']}"
    except UnicodeDecodeError:
        if not request.is_fixed:
            raise
        return f"{name.decode('latin-1')} takes one of {stock['available']}"


def naive_time(request):
    """A time with a zone cannot be compared with one without."""
    price = request.call("prices", "/prices/seat")
    until = datetime.datetime.fromisoformat(request.query["until"])
    since = datetime.datetime(2026, 1, 1)
    if request.is_decoy:
        raise IndexError("the hall has no such row")
    if request.is_fixed and until.tzinfo is not None:
        until = until.astimezone(datetime.timezone.utc).replace(tzinfo=None)
    return f"{price['price']} for {(until - since).days} days"


def moved(request):
    """Stock was moved to another address; the code follows, and then looks at the first answer."""
    first = request.try_call("stock", f"/old/{request.query['item']}")
    answer = request.try_call("stock", first.headers["location"]) if first.status == 302 else first
    if request.is_decoy:
        raise BufferError("the label does not fit")
    return (answer if request.is_fixed else first).json("stock")["available"]


BUGS = {
    "optional-price": optional_price,
    "float-sum": float_sum,
    "duplicate-rows": duplicate_rows,
    "cache-key": cache_key,
    "duplicate-member": duplicate_member,
    "query-encoding": query_encoding,
    "naive-time": naive_time,
    "moved": moved,
}

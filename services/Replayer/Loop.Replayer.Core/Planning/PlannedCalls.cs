using System.Globalization;
using Loop.Contracts.Api;
using Loop.Contracts.Exchanges;

namespace Loop.Replayer.Core.Planning;

/// <summary>Hops with their labels and exchanges.</summary>
public static class PlannedCalls
{
    /// <summary>In recorded order; equal labels are numbered.</summary>
    public static IReadOnlyList<PlannedCall> Of(IEnumerable<HopView> hops, IReadOnlyList<Exchange> exchanges)
    {
        Dictionary<ExchangeId, Exchange> byId = exchanges.GroupBy(exchange => exchange.Id).ToDictionary(group => group.Key, group => group.First());
        Dictionary<string, int> seen = [];
        List<PlannedCall> calls = [];
        foreach (HopView hop in hops.OrderBy(hop => hop.StartedAt).ThenBy(hop => hop.Number))
        {
            string label = Label(hop);
            seen[label] = seen.GetValueOrDefault(label) + 1;
            calls.Add(new PlannedCall(hop, string.Create(CultureInfo.InvariantCulture, $"{label} #{seen[label]}"), Views(hop, byId)));
        }

        return calls;
    }

    /// <summary>A hop in words.</summary>
    public static string Label(HopView hop) =>
        $"{hop.Destination} {hop.Request?.Method ?? "?"} {hop.Request?.Path.Split('?')[0] ?? "?"}";

    /// <summary>The exchanges that proxies recorded of a hop; access-log entries left out.</summary>
    public static IReadOnlyList<Exchange> Views(HopView hop, IReadOnlyDictionary<ExchangeId, Exchange> byId) =>
    [
        .. hop.Views
            .Select(view => ExchangeId.TryParse(view.ExchangeId, out ExchangeId id) ? byId.GetValueOrDefault(id) : null)
            .OfType<Exchange>()
            .Where(exchange => exchange.Input is not CaptureInput.AccessLog),
    ];
}

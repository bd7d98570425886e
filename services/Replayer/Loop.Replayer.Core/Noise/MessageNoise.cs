using Loop.Replayer.Core.Comparison;

namespace Loop.Replayer.Core.Noise;

/// <summary>What varies in the requests or in the answers of one hop.</summary>
internal sealed class MessageNoise
{
    private readonly string _prefix;
    private readonly List<(NoiseRun Run, NoiseSample Sample)> _samples;
    private readonly List<PlacedValues> _values;
    private readonly IReadOnlyList<string> _targets;
    private readonly List<(string Place, NoiseShape Shape)> _shapes = [];
    private readonly List<string> _unmasked = [];
    private readonly Lazy<List<HashSet<string>?>> _requests;

    private MessageNoise(string prefix, List<(NoiseRun Run, NoiseSample Sample)> samples, List<PlacedValues> values, IReadOnlyList<string> targets)
    {
        (_prefix, _samples, _values, _targets) = (prefix, samples, values, targets);
        _requests = new(() => [.. samples.Select(each => each.Sample.Request is { } request ? RequestValues.Of(request, each.Sample.Shapes?.Request) : null)]);
    }

    /// <summary>Masked places with their shapes.</summary>
    public IReadOnlyList<(string Place, NoiseShape Shape)> Shapes => _shapes;

    /// <summary>Places that vary and stay compared, with why.</summary>
    public IReadOnlyList<string> Unmasked => _unmasked;

    /// <summary>Learns one direction. Where a run saw nothing, nothing can be said.</summary>
    public static MessageNoise Of(
        string prefix, List<(NoiseRun Run, NoiseSample Sample)> samples, Func<NoiseSample, Message?> message, Func<NoiseSample, MessageShape?> shape, IReadOnlyList<string> targets)
    {
        List<PlacedValues> values = [.. samples.Where(each => message(each.Sample) is not null).Select(each => PlacedValues.Of(message(each.Sample)!, shape(each.Sample), each.Run.Mask))];
        MessageNoise noise = new(prefix, samples, values, targets);
        if (values.Count < samples.Count)
        {
            if (values.Count > 0)
                noise._unmasked.Add($"{prefix}message: it was not seen in every run");
            return noise;
        }

        // Another status is another answer: what differs then is no noise.
        if (samples.Select(each => message(each.Sample)!.Part.Header(":status")).Distinct().Count() > 1)
        {
            noise._unmasked.Add($"{prefix}status: it varies");
            return noise;
        }

        noise.LearnOrders();
        noise.LearnValues();
        return noise;
    }

    private void LearnOrders()
    {
        foreach (string place in _values[0].Arrays.Where(place => !IsOrdered(place)))
        {
            List<IReadOnlyList<string>?> orders = [.. _values.Select(values => values.Items(place))];
            if (orders.Exists(order => order is null) || orders.TrueForAll(order => order!.SequenceEqual(orders[0]!)))
                continue;
            List<string> first = [.. orders[0]!.Order(StringComparer.Ordinal)];
            if (orders.TrueForAll(order => order!.Order(StringComparer.Ordinal).SequenceEqual(first)) && MayMask(place))
                _shapes.Add((_prefix + place, new NoiseShape.Order()));
        }
    }

    private void LearnValues()
    {
        foreach (string place in _values.SelectMany(values => values.Places).Distinct(StringComparer.Ordinal).Where(place => !IsOrdered(place)))
        {
            List<(string Type, string Value)> found = [.. _values.Select(values => values.Value(place)).OfType<(string, string)>()];
            if (found.Count < _values.Count)
                _unmasked.Add($"{_prefix}{place}: it is not there in every run");
            else if (found.Exists(value => value.Type != found[0].Type))
                _unmasked.Add($"{_prefix}{place}: its type varies");
            else if (Varies(found) && MayMask(place))
                LearnValue(place, found);
        }
    }

    private void LearnValue(string place, List<(string Type, string Value)> found)
    {
        if (CameWithRequest(found))
            _unmasked.Add($"{_prefix}{place}: it came in with the request");
        else if (ShapeFinder.Find(found[0].Type, [.. found.Select(value => value.Value)], [.. _samples.Select(each => each.Sample.StartedAt)]) is { } shape)
            _shapes.Add((_prefix + place, shape));
        else
            _unmasked.Add($"{_prefix}{place}: its values have no form in common");
    }

    // The names of a run's trace, and the moment of its answer, are masked by themselves.
    private bool Varies(List<(string Type, string Value)> found)
    {
        List<string> masked = [.. found.Zip(_samples, (value, each) => each.Run.Mask.Apply(value.Value))];
        if (masked.TrueForAll(value => value == masked[0]))
            return false;
        return !found.Zip(_samples).All(pair => RunMask.IsWithin(pair.First.Value, (pair.Second.Sample.StartedAt, pair.Second.Sample.EndedAt)));
    }

    private bool MayMask(string place)
    {
        string? why = (NoiseFilter.MayVary(_prefix + place), _targets.Any(target => IsSameOrWithin(target, place))) switch
        {
            (false, _) => "it names the cause, and causes are never noise",
            (_, true) => "it is asserted",
            _ => null,
        };
        if (why is not null)
            _unmasked.Add($"{_prefix}{place}: {why}");
        return why is null;
    }

    private bool CameWithRequest(List<(string Type, string Value)> found) =>
        _prefix.Length == 0 && found.Zip(_requests.Value).All(pair => pair.Second?.Contains(pair.First.Value) == true);

    private bool IsOrdered(string place) => _shapes.Exists(shape => shape.Shape is NoiseShape.Order && (_prefix + place).StartsWith($"{shape.Place}[", StringComparison.Ordinal));

    private static bool IsSameOrWithin(string target, string place) =>
        target == place || target.StartsWith($"{place}[", StringComparison.Ordinal) || target.StartsWith($"{place}.", StringComparison.Ordinal);
}

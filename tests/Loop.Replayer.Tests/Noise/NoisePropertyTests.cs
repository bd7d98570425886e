using CsCheck;
using Loop.Replayer.Core.Noise;

namespace Loop.Replayer.Tests.Noise;

public sealed class NoisePropertyTests
{
    [Fact]
    public void WhateverWasLearned_AdmitsTheRunsThatItWasLearnedFrom() => Values.Array[NoiseLearner.MinimumRuns + 1].Sample(values =>
    {
        if (Runs.Learn(run => $$"""{"v":"{{values[run]}}"}""").Mask!.Entries is [{ Shape: not NoiseShape.Time } entry])
            Assert.All(values, value => Assert.True(entry.Shape.Admits(values[0], value, null, null)));
    });

    [Fact]
    public void AnyIdOfAnotherLengthOrAlphabet_IsSeen() => Gen.Select(Hex(12).Array[NoiseLearner.MinimumRuns + 1], Gen.OneOf(Hex(11), Hex(13), Hex(11).Select(id => $"{id}g"), Hex(12).Select(id => $"A{id[1..]}")))
        .Where((ids, _) => ids.Distinct().Count() == ids.Length).Sample((ids, other) =>
        {
            NoiseMask mask = Runs.Learn(run => $$"""{"v":"{{ids[run]}}"}""").Mask!;
            Assert.Empty(Runs.Places(mask, $$"""{"v":"{{ids[0]}}"}""", """{"v":"0123456789ab"}"""));
            Assert.Equal(["body $.v"], Runs.Places(mask, $$"""{"v":"{{ids[0]}}"}""", $$"""{"v":"{{other}}"}"""));
        });

    [Fact]
    public void AnyText_AsTimeNumberOrId_IsReadWithoutAnException() => Gen.String.Sample(text =>
    {
        _ = TimeForm.Read(text);
        _ = NumberForm.Read(text);
        _ = IdForm.Of([text, $"{text}1"]);
    });

    [Fact]
    public void AnyShuffledList_IsEqualAndAnyOtherItem_IsSeen() => Gen.Select(Gen.Int[0, 5].Array[2, 6], Gen.Int[6, 9], Gen.Int[0, 99]).Sample((items, other, seed) =>
    {
        NoiseMask mask = new(Runs.Key, [new NoiseEntry(Runs.Hop, "body $", new NoiseShape.Order())]);
        int[] shuffled = [.. items.Index().OrderBy(pair => (pair.Index * 31) ^ seed).Select(pair => pair.Item)];
        int[] changed = [.. shuffled.Select((item, index) => index == seed % shuffled.Length ? other : item)];
        Assert.Empty(Runs.Places(mask, List(items), List(shuffled)));
        Assert.Equal(["body $[*]"], Runs.Places(mask, List(items), List(changed)));
    });

    // Ten symbols of sixteen are digits, so at least half of all ids have one.
    private static Gen<string> Hex(int length) => Gen.String[Gen.Char["0123456789abcdef"], length, length].Where(id => id.Any(char.IsAsciiDigit) && id.Any(char.IsAsciiLetterLower));

    private static Gen<string> Values => Gen.OneOf(Hex(8), Gen.Int[0, 99999999].Select(number => $"{number}"), Gen.Double[0, 10].Select(number => $"{number:F3}"), Gen.String[Gen.Char["ab1-_/"], 0, 12]);

    private static string List(int[] items) => $"[{string.Join(',', items)}]";
}

using Loop.Store.Core.Compression;
using Xunit;

namespace Loop.Store.Core.Tests.Packs;

public sealed class BuiltInDictionaryTests
{
    /// <summary>Everything that was ever stored is read with these bytes: who wants a better dictionary adds number 2.</summary>
    [Fact]
    public void DictionaryOne_IsTheOneOfTheFormat() =>
        Assert.Equal("4083737b0f95d80b33d3b35f0190343fd1e9737249a7c2cde342b26a35b0f8d4", PackSamples.Sha256(BuiltInDictionary.Content.ToArray()));
}

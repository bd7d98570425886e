using Loop.Store.Core.Compression;
using Xunit;

namespace Loop.Store.Core.Tests.Packs;

public sealed class BuiltInDictionaryTests
{
    /// <summary>Everything that was ever stored is read with these bytes: who wants a better dictionary adds number 4.</summary>
    [Fact]
    public void DictionaryOne_IsTheOneOfTheFormat() =>
        Assert.Equal("4083737b0f95d80b33d3b35f0190343fd1e9737249a7c2cde342b26a35b0f8d4", PackSamples.Sha256(BuiltInDictionary.Content.ToArray()));

    /// <summary>As above.</summary>
    [Fact]
    public void DictionaryTwo_IsTheOneOfTheFormat() =>
        Assert.Equal("7f2820efb04b15839d5ca6ca54f6b565e1554e0200f4a129d8adbac4ab8f1ad0", PackSamples.Sha256(BuiltInDictionary.ContentTwo.ToArray()));

    /// <summary>As above.</summary>
    [Fact]
    public void DictionaryThree_IsTheOneOfTheFormat() =>
        Assert.Equal("fae41caa1517dae36fce1ab5dbbcbee8a693e693e508591adaf559130be3d5d0", PackSamples.Sha256(BuiltInDictionary.ContentThree.ToArray()));
}

using System.Text.Json;
using SimClr.Internals;
using SimClr.Tests.Golden;

namespace SimClr.Tests.Internals;

public sealed class NfcTests
{
    [Fact]
    public void Texts_are_composed_as_Python_composes_them()
    {
        foreach (JsonElement[] texts in GoldenFile.Read("nfc.json").GetProperty("cases").EnumerateArray().Select(
            pair => pair.EnumerateArray().ToArray()))
        {
            Assert.Equal(texts[1].GetString(), Nfc.Compose(texts[0].GetString()!));
            Assert.Equal(texts[1].GetString(), Nfc.Compose(texts[1].GetString()!));
        }
    }

    /// <summary>Sorting by swaps of neighbors would take hours.</summary>
    [Fact]
    public void Many_accents_on_one_letter_are_sorted_at_once()
    {
        string marks = string.Concat(Enumerable.Repeat("\u0302\u0323", 300_000));
        string composed = Nfc.Compose("e" + marks);
        Assert.Equal(600_001 - 2, composed.Length);   // one accent above and one below join the letter
        Assert.StartsWith("\u1ec7\u0323\u0323", composed, StringComparison.Ordinal);
        Assert.EndsWith("\u0302\u0302", composed, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Ka\u0308se", "K\u00e4se")]
    [InlineData("K\u00e4se", "K\u00e4se")]
    [InlineData("e\u0302\u0323", "\u1ec7")]              // accents in any order
    [InlineData("\u1112\u1161\u11ab", "\ud55c")]         // Korean
    [InlineData("\u212bngstrom", "\u00c5ngstrom")]       // a symbol that is a letter
    [InlineData("\u0915\u093c", "\u0915\u093c")]         // Devanagari: stays apart
    [InlineData("cat/0001.jpg", "cat/0001.jpg")]
    [InlineData("", "")]
    public void Letters_and_accents_become_one(string text, string expected)
        => Assert.Equal(expected, Nfc.Compose(text));
}

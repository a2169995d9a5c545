using System.Text;

namespace SimClr.Fuzz;

/// <summary>Something that reads files, with valid ones to damage.</summary>
/// <param name="Name">By which it is called.</param>
/// <param name="FileName">What the file must be called; its folder is made anew for each input.</param>
/// <param name="Seeds">Makes valid files, in an empty folder of their own.</param>
/// <param name="Read">Reads the file with all that is in it, and says in a text what was read, or nothing.</param>
internal sealed record FuzzReader(string Name, string FileName, Func<string, IReadOnlyList<byte[]>> Seeds, Func<string, string?> Read)
{
    /// <summary>What stands in such files.</summary>
    public IReadOnlyList<string> Tokens { get; init; } = [];

    /// <summary>Whether a checksum covers everything that <see cref="Read"/> says: a damaged file that is read must say the same.</summary>
    public bool IsChecked { get; init; }

    /// <summary>What is made of damaged bytes before they are a file: lengths, checksums and compression that are right, so that what is within is looked at.</summary>
    public Func<byte[], byte[]> Wrap { get; init; } = bytes => bytes;

    /// <summary>Its part of all inputs; slow ones have a small one.</summary>
    public int Share { get; init; } = 4;

    public IReadOnlyList<byte[]> TokenBytes { get; private set; } = [];

    public FuzzReader Prepared()
    {
        TokenBytes = [.. Tokens.Select(token => Encoding.Latin1.GetBytes(token))];
        return this;
    }
}

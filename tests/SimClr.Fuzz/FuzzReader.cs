using System.Text;

namespace SimClr.Fuzz;

/// <summary>A reader of files, with valid files to damage.</summary>
/// <param name="Name">The name on the command line.</param>
/// <param name="FileName">The name that the file must have; its folder is created for each input.</param>
/// <param name="Seeds">Creates valid files in an empty folder.</param>
/// <param name="Read">Reads the whole file and returns a description of its content, or nothing.</param>
internal sealed record FuzzReader(
    string Name, string FileName, Func<string, IReadOnlyList<byte[]>> Seeds, Func<string, string?> Read)
{
    /// <summary>Tokens that occur in such files.</summary>
    public IReadOnlyList<string> Tokens { get; init; } = [];

    /// <summary>
    /// Whether a checksum covers everything that <see cref="Read"/> returns: a damaged file that is accepted must give
    /// the same text.
    /// </summary>
    public bool IsChecked { get; init; }

    /// <summary>
    /// Turns damaged bytes into a file with valid lengths, checksums, and compression, so that readers reach the
    /// content.
    /// </summary>
    public Func<byte[], byte[]> Wrap { get; init; } = bytes => bytes;

    /// <summary>The share of all inputs that this reader gets; slow readers have a small one.</summary>
    public int Share { get; init; } = 4;

    public IReadOnlyList<byte[]> TokenBytes { get; private set; } = [];

    public FuzzReader Prepared()
    {
        TokenBytes = [.. Tokens.Select(token => Encoding.Latin1.GetBytes(token))];
        return this;
    }
}

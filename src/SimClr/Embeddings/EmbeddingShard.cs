namespace SimClr.Embeddings;

/// <summary>
/// One of several consecutive parts of a set. Parts begin and end between batches, so that no row depends on the
/// division.
/// </summary>
/// <param name="Number">The number of the part, from 1.</param>
/// <param name="Total">The total number of parts.</param>
public sealed record EmbeddingShard(int Number, int Total)
{
    /// <summary>Returns the range of image indices of this part.</summary>
    /// <exception cref="ConfigurationException">There are fewer batches than parts.</exception>
    public (int From, int To) RangeIn(int images, int batchSize)
    {
        int batches = (images + batchSize - 1) / batchSize;
        return Total <= batches
            ? (At(Number - 1), At(Number))
            : throw new ConfigurationException(
                $"EmbeddingShard: got {Number}/{Total}, expected at most {batches} part(s): "
                    + $"{images} images make {batches} batch(es) of {batchSize}, which cannot be divided");

        int At(int part) => (int)Math.Min(images, (long)batches * part / Total * batchSize);
    }

    /// <summary>Returns the file name of this part: <c>photos.npy</c> becomes <c>photos.2-of-4.npy</c>.</summary>
    public string NameOf(string path) => Total == 1 ? path : Path.Join(
        Path.GetDirectoryName(path),
        FormattableString.Invariant(
            $"{Path.GetFileNameWithoutExtension(path)}.{Number}-of-{Total}{Path.GetExtension(path)}"));

    /// <summary>Returns the part that a file name denotes, or null.</summary>
    public static EmbeddingShard? FromName(string path)
    {
        string[] words = Path.GetExtension(Path.GetFileNameWithoutExtension(path)).TrimStart('.').Split("-of-");
        return words.Length == 2
            && int.TryParse(words[0], out int number)
            && int.TryParse(words[1], out int total)
            && number >= 1
            && number <= total
            ? new EmbeddingShard(number, total)
            : null;
    }
}

using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using SimClr.Internals;

namespace SimClr.Data;

/// <summary>
/// The images of a set that could not be read, each once. Thread-safe. Stops the run when they are more than the
/// allowed share of the set. Images are told apart by their paths, so that subsets of the set, in which they have
/// other indices, can share it.
/// </summary>
/// <param name="images">The set.</param>
/// <param name="options">Its <see cref="DataOptions.MaxSkipped"/> is the allowed share.</param>
public sealed class SkippedImages(ImageDataSet images, DataOptions? options = null)
{
    private static readonly JsonSerializerOptions Plain =
        new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly double allowed = (options ?? new DataOptions()).MaxSkipped;
    private readonly SortedDictionary<string, string> skipped = new(StringComparer.Ordinal);
    private readonly Omissions omissions = images.Omissions;
    private readonly Lock gate = new();

    /// <summary>Number of images skipped so far, with those that were left out of the set because they are no files.</summary>
    public int Count
    {
        get
        {
            lock (gate)
            {
                return skipped.Count + omissions.SpecialFiles.Count;
            }
        }
    }

    /// <summary>Whether there is anything to list: also a folder that could not be listed, which is no image.</summary>
    public bool Any => Count + omissions.Folders.Count > 0;

    /// <summary>Notes that an image could not be read; a second time for the same path changes nothing.</summary>
    /// <exception cref="DataException">More than the allowed share of the set has been skipped.</exception>
    public void Add(UnreadableImageException error)
    {
        lock (gate)
        {
            if (TryAdd(error) && ExceedsLimit)
            {
                throw TooMany(all: false);
            }
        }
    }

    /// <summary>Notes an image where the whole set is being read, to be judged by <see cref="CheckAll"/> afterwards.</summary>
    /// <returns>False where it was noted before.</returns>
    internal bool TryAdd(UnreadableImageException error)
    {
        ArgumentNullException.ThrowIfNull(error);
        lock (gate)
        {
            return skipped.TryAdd(error.Path, error.Reason);
        }
    }

    /// <summary>Takes what was noted by another list of the same set, as <see cref="Lines"/> gives it.</summary>
    internal void Merge(string lines)
    {
        foreach (string line in lines.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            using JsonDocument image = JsonDocument.Parse(line);
            string path = image.RootElement.GetProperty("path").GetString()!;
            lock (gate)
            {
                if (!Omitted.Any(omission => omission.Path == path))
                {
                    skipped.TryAdd(path, image.RootElement.GetProperty("reason").GetString()!);
                }
            }
        }
    }

    /// <summary>Why an image was skipped; null where it was not.</summary>
    internal string? ReasonOf(string path)
    {
        lock (gate)
        {
            return skipped.GetValueOrDefault(path);
        }
    }

    /// <summary>To be called when the whole set has been read: only then is it known how many there are.</summary>
    /// <exception cref="DataException">They are more than the allowed share.</exception>
    public void CheckAll()
    {
        lock (gate)
        {
            if (ExceedsLimit)
            {
                throw TooMany(all: true);
            }
        }
    }

    /// <summary>
    /// Writes one JSON object per skipped image and line, in the order of their paths: <c>path</c> and <c>reason</c>. So are
    /// folders that could not be listed; their paths end in a separator.
    /// </summary>
    /// <param name="path">
    /// The file, usually <c>skipped.jsonl</c> in the run directory; written whole or not at all.
    /// </param>
    public void Write(string path) => AtomicFile.WriteText(path, Lines());

    /// <summary>The same as a text.</summary>
    public string Lines()
    {
        lock (gate)
        {
            return string.Concat(skipped.Select(image => new Omission(image.Key, image.Value)).Concat(Omitted)
                .OrderBy(image => image.Path, StringComparer.Ordinal)
                .Select(image => JsonSerializer.Serialize(new { path = image.Path, reason = image.Reason }, Plain) + "\n"));
        }
    }

    /// <summary>Whether a line of such a list names an image, and no folder.</summary>
    /// <param name="line">A line of <see cref="Lines"/>.</param>
    public static bool IsImageLine(string line)
    {
        using JsonDocument entry = JsonDocument.Parse(line);
        return !Path.EndsInDirectorySeparator(entry.RootElement.GetProperty("path").GetString());
    }

    private IEnumerable<Omission> Omitted => omissions.Folders.Concat(omissions.SpecialFiles);

    private bool ExceedsLimit => skipped.Count > allowed * images.Count;

    /// <param name="all">Whether the whole set was read. If not, there may be more, and the advice leaves room for them.</param>
    private DataException TooMany(bool all)
    {
        string first = string.Join("; ", skipped.Take(3).Select(image => $"{image.Key}: {image.Value}"));
        double share = (double)skipped.Count / images.Count;
        double enough = Math.Min(1, Math.Ceiling(Math.Round((all ? 100 : 200) * share, 9)) / 100);
        return new DataException(string.Create(CultureInfo.InvariantCulture,
            $"'{images.Name}': {(all ? "" : "at least ")}{skipped.Count} of {images.Count} images ({100 * share:0.##} %) could not be "
                + $"read, more than the {100 * allowed:0.##} % allowed. The first: {first}. Repair or remove them, or "
                + $"allow more with data.max_skipped={enough:0.##}"));
    }
}

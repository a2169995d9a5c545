using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using SimClr.Internals;

namespace SimClr.Data;

/// <summary>
/// The images of a data set that could not be read, each listed once. Throws if they exceed the allowed share of the
/// set. Images are identified by their paths, so that subsets, in which they have other indices, can share the list.
/// Thread-safe.
/// </summary>
/// <param name="images">The data set.</param>
/// <param name="options">
/// The options with the allowed share, <see cref="DataOptions.MaxSkipped"/>; null for the default.
/// </param>
public sealed class SkippedImages(ImageDataSet images, DataOptions? options = null)
{
    private static readonly JsonSerializerOptions Format =
        new(Json.Plain) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private const string AllOf = "*.";

    private readonly double allowed = (options ?? new DataOptions()).MaxSkipped;
    private readonly SortedDictionary<string, string> skipped = new(StringComparer.Ordinal);
    private readonly Omissions omissions = images.Omissions;
    private readonly Lock gate = new();

    /// <summary>
    /// The number of images skipped so far, including entries left out of the set because they are not files.
    /// </summary>
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

    /// <summary>
    /// Whether there is anything to list: a skipped image, a folder that could not be listed, or images of a format
    /// that is not supported.
    /// </summary>
    public bool Any => Count + omissions.Folders.Count + omissions.UnsupportedFormats.Count > 0;

    /// <summary>Adds an image that could not be read; adding the same path again has no effect.</summary>
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

    /// <summary>
    /// Adds an image while the whole set is being read; <see cref="CheckAll"/> checks the limit afterward.
    /// </summary>
    /// <returns>False if the image was already in the list.</returns>
    internal bool TryAdd(UnreadableImageException error)
    {
        ArgumentNullException.ThrowIfNull(error);
        lock (gate)
        {
            return skipped.TryAdd(error.Path, error.Reason);
        }
    }

    /// <summary>Adds the entries of another list of the same set, in the format of <see cref="Lines"/>.</summary>
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

    /// <summary>Returns the reason why an image was skipped; null if it was not.</summary>
    internal string? ReasonOf(string path)
    {
        lock (gate)
        {
            return skipped.GetValueOrDefault(path);
        }
    }

    /// <summary>
    /// Checks the limit after the whole set has been read, when the number of skipped images is final.
    /// </summary>
    /// <exception cref="DataException">More than the allowed share of the set has been skipped.</exception>
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
    /// Writes one JSON object per line for each skipped image, with <c>path</c> and <c>reason</c>, ordered by path.
    /// Folders that could not be listed are included; their paths end in a separator. So are formats that are not
    /// supported, one line each, with the number of images; their paths are <c>*.EXTENSION</c>.
    /// </summary>
    /// <param name="path">
    /// The file, usually <c>skipped.jsonl</c> in the run directory; written completely or not at all.
    /// </param>
    public void Write(string path) => AtomicFile.WriteText(path, Lines());

    /// <summary>Returns the contents of the file that <see cref="Write"/> writes.</summary>
    public string Lines()
    {
        lock (gate)
        {
            return string.Concat(skipped.Select(image => new Omission(image.Key, image.Value)).Concat(Omitted)
                .OrderBy(image => image.Path, StringComparer.Ordinal)
                .Select(image => new { path = image.Path, reason = image.Reason })
                .Select(line => JsonSerializer.Serialize(line, Format) + "\n"));
        }
    }

    /// <summary>Returns whether a line of such a list names an image rather than a folder or a format.</summary>
    /// <param name="line">A line of <see cref="Lines"/>.</param>
    public static bool IsImageLine(string line)
    {
        using JsonDocument entry = JsonDocument.Parse(line);
        string path = entry.RootElement.GetProperty("path").GetString()!;
        return !Path.EndsInDirectorySeparator(path) && !path.StartsWith(AllOf, StringComparison.Ordinal);
    }

    private IEnumerable<Omission> Omitted
        => omissions.Folders.Concat(omissions.SpecialFiles).Concat(omissions.UnsupportedFormats.Select(
            format => new Omission(
                $"*{format.Key}",
                $"{format.Value} {(format.Value == 1 ? "image" : "images")} of a format that is not supported")));

    private bool ExceedsLimit => skipped.Count > allowed * images.Count;

    /// <summary>Returns the exception for too many skipped images.</summary>
    /// <param name="all">
    /// Whether the whole set was read. If not, there may be more, and the advice leaves room for them.
    /// </param>
    private DataException TooMany(bool all)
    {
        string first = string.Join("; ", skipped.Take(3).Select(image => $"{image.Key}: {image.Value}"));
        double share = (double)skipped.Count / images.Count;
        double enough = Math.Min(1, Math.Ceiling(Math.Round((all ? 100 : 200) * share, 9)) / 100);
        return new DataException(string.Create(CultureInfo.InvariantCulture,
            $"'{images.Name}': {(all ? "" : "at least ")}{skipped.Count} of {images.Count} images "
                + $"({100 * share:0.##}%) could not be read, more than the {100 * allowed:0.##}% allowed. The first: "
                + $"{first}. Repair or remove them, or allow more with data.max_skipped={enough:0.##}"));
    }
}

using System.Diagnostics;

namespace SimClr.Fuzz;

/// <summary>The result of an input.</summary>
internal enum Verdict
{
    /// <summary>Accepted and read.</summary>
    Accepted,

    /// <summary>Refused with an exception meant for users.</summary>
    Refused,

    /// <summary>The reader threw another exception.</summary>
    Foreign,

    /// <summary>Damaged despite a checksum, and read as if it were intact.</summary>
    WrongSuccess,

    /// <summary>More memory than the input's size allows.</summary>
    Memory,

    /// <summary>More than 10 seconds.</summary>
    Hang,

    /// <summary>The process ended.</summary>
    Crash,
}

/// <summary>Tries inputs on one reader.</summary>
internal sealed class FuzzTrial
{
    public const long MemoryPerByte = 10;
    public const long MemoryBesides = 256L << 20;
    public const int MaxSeconds = 10;

    private readonly FuzzReader reader;
    private readonly int seed;
    private readonly string folder;
    private readonly IReadOnlyList<byte[]> seeds;
    private readonly HashSet<string?> whole = [];

    /// <param name="reader">The reader under test.</param>
    /// <param name="seed">The seed that determines the inputs.</param>
    /// <param name="folder">The folder for the files.</param>
    public FuzzTrial(FuzzReader reader, int seed, string folder)
    {
        this.reader = reader.Prepared();
        this.seed = seed;
        this.folder = Directory.CreateDirectory(Path.Combine(folder, reader.Name)).FullName;
        string place = Directory.CreateDirectory(Path.Combine(this.folder, "seeds")).FullName;
        seeds = reader.Seeds(place);
        Directory.Delete(place, recursive: true);
        foreach (byte[] valid in seeds)
        {
            whole.Add(reader.Read(Write(reader.Wrap(valid))));   // A seed file that cannot be read is a mistake here.
        }
    }

    /// <summary>The input with a number.</summary>
    public byte[] Input(int number)
    {
        // Not string.GetHashCode, which differs between processes.
        int name = reader.Name.Aggregate(17, (hash, letter) => unchecked((hash * 31) + letter));
        return reader.Wrap(Mutation.Create(
            seeds, reader.TokenBytes, new Random(unchecked((seed * 1_000_003) ^ (number * 7919) ^ name))));
    }

    /// <summary>Tries one input in this process.</summary>
    /// <returns>The verdict, and the reason if it is neither of the first two.</returns>
    public (Verdict Verdict, string Why) Try(byte[] input)
    {
        string file = Write(input);
        var time = Stopwatch.StartNew();
        try
        {
            string? read = reader.Read(file);
            return reader.IsChecked && !whole.Contains(read) ? (Verdict.WrongSuccess, $"read: {read}")
                : time.Elapsed.TotalSeconds > MaxSeconds ? (Verdict.Hang, $"{time.Elapsed.TotalSeconds:F0} s")
                : (Verdict.Accepted, "");
        }
        catch (OutOfMemoryException error)
        {
            return (Verdict.Memory, error.StackTrace?.Split('\n').Skip(1).FirstOrDefault()?.Trim() ?? "");
        }
        catch (Exception error) when (error is SimClrException or Data.UnreadableImageException)
        {
            return time.Elapsed.TotalSeconds > MaxSeconds
                ? (Verdict.Hang, $"{time.Elapsed.TotalSeconds:F0} s")
                : (Verdict.Refused, "");
        }
        catch (Exception error)
        {
            string where = string.Join(" < ", (error.StackTrace ?? "")
                .Split('\n')
                .Where(line => line.Contains("SimClr", StringComparison.Ordinal))
                .Take(3)
                .Select(line => line.Trim().Split(" in ")[0]));
            return (Verdict.Foreign, $"{error.GetType().Name}: {error.Message.ReplaceLineEndings(" ")} {where}");
        }
    }

    private string Write(byte[] input)
    {
        string place = Path.Combine(folder, "input");
        if (Directory.Exists(place))
        {
            Directory.Delete(place, recursive: true);
        }

        string file = Path.Combine(place, reader.FileName);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllBytes(file, input);
        return file;
    }
}

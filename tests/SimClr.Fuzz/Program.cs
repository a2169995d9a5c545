using System.Globalization;

namespace SimClr.Fuzz;

/// <summary>
/// <c>SimClr.Fuzz [--count 100000] [--seed 1] [--reader NAME] [--one N] [--out DIR]</c>: feeds damaged files to readers
/// and counts the results. <c>--one</c> tries one input again in this process and writes it to DIR. The exit code is 1
/// if an input failed.
/// </summary>
internal static class Program
{
    private static int Main(string[] arguments)
    {
        var options = new Dictionary<string, string>
        {
            ["--count"] = "100000",
            ["--seed"] = "1",
            ["--out"] = Path.Combine(Path.GetTempPath(), "simclr-fuzz"),
        };
        for (int i = 0; i + 1 < arguments.Length; i += 2)
        {
            options[arguments[i]] = arguments[i + 1];
        }

        int Number(string name) => int.Parse(options[name], CultureInfo.InvariantCulture);
        string folder = Path.GetFullPath(options["--out"]);
        if (options.TryGetValue("--child", out string? name))
        {
            return FuzzChild.Run(
                ReaderCatalog.Find(name),
                Number("--seed"),
                Number("--from"),
                Number("--to"),
                Path.Combine(folder, "child"),
                Console.Out);
        }

        IReadOnlyList<FuzzReader> readers = options.TryGetValue("--reader", out string? wanted)
            ? [ReaderCatalog.Find(wanted)]
            : ReaderCatalog.All;
        return options.ContainsKey("--one")
            ? One(readers[0], Number("--seed"), Number("--one"), folder)
            : Many(readers, Number("--seed"), Number("--count"), folder);
    }

    private static int One(FuzzReader reader, int seed, int number, string folder)
    {
        var trial = new FuzzTrial(reader, seed, folder);
        byte[] input = trial.Input(number);
        File.WriteAllBytes(Path.Combine(folder, $"{reader.Name}-{number}{Path.GetExtension(reader.FileName)}"), input);
        (Verdict verdict, string why) = trial.Try(input);
        Console.WriteLine($"{reader.Name} {number} ({input.Length} bytes): {verdict} {why}");
        return verdict is Verdict.Accepted or Verdict.Refused ? 0 : 1;
    }

    private static int Many(IReadOnlyList<FuzzReader> readers, int seed, int count, string folder)
    {
        int shares = readers.Sum(reader => reader.Share);
        var parent = new FuzzParent(seed, folder, Console.Out);
        FuzzTally[] tallies = [.. readers.Select(
            reader => parent.Run(reader, 0, Math.Max(1, (int)((long)count * reader.Share / shares))))];
        Console.WriteLine(FuzzTally.Table(tallies));
        return tallies.Any(tally => tally.Failures > 0) ? 1 : 0;
    }
}

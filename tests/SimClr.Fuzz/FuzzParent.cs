using System.Diagnostics;
using System.Globalization;

namespace SimClr.Fuzz;

/// <summary>
/// Runs a reader's inputs in child processes, ends those that hang or grow, and continues after the input at fault.
/// </summary>
/// <param name="seed">The seed that determines the inputs.</param>
/// <param name="folder">The folder for the children's files; failing inputs are kept in its <c>failures</c>
/// subfolder.</param>
/// <param name="output">Receives a line for each failure.</param>
internal sealed class FuzzParent(int seed, string folder, TextWriter output)
{
    private const int LooksPerSecond = 10;
    private const int StartSeconds = 120;
    private const int MaxLetters = 4000;
    private const int MaxTold = 10;            // Failures of a reader that are reported and kept; all are counted.
    private const long MaxMemoryBytes = 3L << 30;   // Of a whole child; the child itself measures each input.

    public FuzzTally Run(FuzzReader reader, int from, int to)
    {
        var tally = new FuzzTally(reader.Name);
        FuzzTrial? inputs = null;
        for (int next = from; next < to;)
        {
            (next, Verdict? end) = RunChild(
                reader, next, to, tally, number => Keep(inputs ??= Inputs(reader), reader, number));
            if (end is { } verdict)
            {
                tally.Add(verdict);
                if (next == to)
                {
                    break;
                }

                output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{reader.Name} {next}: {verdict}"));
                Keep(inputs ??= Inputs(reader), reader, next);
                next++;
            }
        }

        return tally;
    }

    private FuzzTrial Inputs(FuzzReader reader) => new(reader, seed, Path.Combine(folder, "parent"));

    /// <returns>The number after the last completed input, and the reason if the child ended abnormally.</returns>
    private (int Next, Verdict? End) RunChild(FuzzReader reader, int from, int to, FuzzTally tally, Action<int> keep)
    {
        using Process child = Start(reader, from, to);
        string said = "";
        child.ErrorDataReceived +=
            (_, line) => said = line.Data is null || said.Length > MaxLetters ? said : $"{said}{line.Data}\n";
        child.BeginErrorReadLine();
        int next = from;
        long lastSign = Stopwatch.GetTimestamp();
        bool isReady = false;
        Task lines = Task.Run(() =>
        {
            while (child.StandardOutput.ReadLine() is { } line)
            {
                Volatile.Write(ref lastSign, Stopwatch.GetTimestamp());
                if (line == "ready")
                {
                    Volatile.Write(ref isReady, true);
                    continue;
                }

                string[] parts = line.Split(' ', 4);
                if (parts.Length < 3
                    || !int.TryParse(parts[0], CultureInfo.InvariantCulture, out int number)
                    || !Enum.TryParse(parts[1], out Verdict verdict))
                {
                    continue;   // Output of a library.
                }

                tally.Add(verdict, long.Parse(parts[2], CultureInfo.InvariantCulture));
                if (verdict is not (Verdict.Accepted or Verdict.Refused) && tally.Failures <= MaxTold)
                {
                    output.WriteLine($"{reader.Name} {line}");
                    keep(number);
                }

                Volatile.Write(ref next, number + 1);
            }
        });
        Verdict? end = null;
        while (!child.WaitForExit(1000 / LooksPerSecond))
        {
            double silent = Stopwatch.GetElapsedTime(Volatile.Read(ref lastSign)).TotalSeconds;
            child.Refresh();
            end = silent > (Volatile.Read(ref isReady) ? FuzzTrial.MaxSeconds + 1 : StartSeconds) ? Verdict.Hang
                : !child.HasExited && child.WorkingSet64 > MaxMemoryBytes ? Verdict.Memory
                : null;
            if (end is not null)
            {
                child.Kill(entireProcessTree: true);
                child.WaitForExit();
                break;
            }
        }

        lines.Wait();
        if (!Volatile.Read(ref isReady))
        {
            output.WriteLine($"the reader '{reader.Name}' does not read its own seeds: {said}");
            return (to, Verdict.Crash);
        }

        return (next, end ?? (child.ExitCode == 0 ? null : Verdict.Crash));
    }

    private Process Start(FuzzReader reader, int from, int to)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        string[] arguments =
        [
            .. Path.GetFileNameWithoutExtension(Environment.ProcessPath!) == "dotnet"
                ? new[] { typeof(FuzzParent).Assembly.Location }
                : [],
            "--child", reader.Name, "--seed", Text(seed), "--from", Text(from), "--to", Text(to), "--out", folder,
        ];
        Array.ForEach(arguments, start.ArgumentList.Add);

        // Measures what a reader needs, not what a lazy collector leaves.
        start.Environment["DOTNET_gcConcurrent"] = "0";
        start.Environment["DOTNET_GCgen0size"] = "0x1000000";
        start.Environment["DOTNET_GCConserveMemory"] = "5";
        Process child = Process.Start(start)!;
        return child;

        static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
    }

    private void Keep(FuzzTrial inputs, FuzzReader reader, int number)
    {
        string place = Directory.CreateDirectory(Path.Combine(folder, "failures")).FullName;
        File.WriteAllBytes(
            Path.Combine(
                place,
                $"{reader.Name}-{number.ToString(CultureInfo.InvariantCulture)}{Path.GetExtension(reader.FileName)}"),
            inputs.Input(number));
    }
}

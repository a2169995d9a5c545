using System.Globalization;

namespace SimClr.Fuzz;

/// <summary>
/// Tries inputs one after another and writes a line after each: its number, its verdict, and the reason. If the process
/// ends or hangs, the culprit is the input after the last line.
/// </summary>
internal static class FuzzChild
{
    private const string Memory = "/proc/self/status";
    private const string ResetPeak = "/proc/self/clear_refs";

    public static int Run(FuzzReader reader, int seed, int from, int to, string folder, TextWriter output)
    {
        var trial = new FuzzTrial(reader, seed, folder);
        output.WriteLine("ready");
        for (int number = from; number < to; number++)
        {
            byte[] input = trial.Input(number);
            long before = PeakSinceReset(reset: true);
            (Verdict verdict, string why) = trial.Try(input);
            long grown = PeakSinceReset(reset: false) - before;
            if (grown > (FuzzTrial.MemoryPerByte * input.Length) + FuzzTrial.MemoryBesides
                && verdict is Verdict.Accepted or Verdict.Refused)
            {
                (verdict, why) = (
                    Verdict.Memory,
                    string.Create(CultureInfo.InvariantCulture, $"{grown >> 20} MB for {input.Length} bytes"));
            }

            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{number} {verdict} {grown >> 10} {why}"));
        }

        return 0;
    }

    /// <summary>
    /// The peak memory of the process since the last reset, in bytes; 0 if the system does not report it.
    /// </summary>
    private static long PeakSinceReset(bool reset)
    {
        try
        {
            if (reset)
            {
                File.WriteAllText(ResetPeak, "5");
            }

            string line = File.ReadLines(Memory).First(text => text.StartsWith("VmHWM", StringComparison.Ordinal));
            return long.Parse(
                line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) << 10;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            return 0;
        }
    }
}

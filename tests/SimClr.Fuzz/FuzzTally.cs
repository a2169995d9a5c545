using System.Globalization;

namespace SimClr.Fuzz;

/// <summary>The counts of one reader.</summary>
internal sealed class FuzzTally(string name)
{
    private readonly int[] counts = new int[Enum.GetValues<Verdict>().Length];

    public string Name { get; } = name;

    public long MaxKilobytes { get; private set; }

    public int this[Verdict verdict] => counts[(int)verdict];

    public int Inputs => counts.Sum();

    public int Failures => Inputs - this[Verdict.Accepted] - this[Verdict.Refused];

    public void Add(Verdict verdict, long kilobytes = 0)
    {
        counts[(int)verdict]++;
        MaxKilobytes = Math.Max(MaxKilobytes, kilobytes);
    }

    /// <summary>The table of all readers, with a row of sums.</summary>
    public static string Table(IReadOnlyList<FuzzTally> tallies)
    {
        var lines = new List<string>
        {
            $"{"reader",-22}{"inputs",9}{"accepted",10}{"refused",9}{"crash",7}{"hang",6}{"memory",8}"
                + $"{"foreign",9}{"wrong",7}{"most MB",9}",
        };
        lines.AddRange(
            tallies.Select(tally => Row(tally.Name, tally.Inputs, verdict => tally[verdict], tally.MaxKilobytes)));
        lines.Add(Row("all", tallies.Sum(t => t.Inputs), verdict => tallies.Sum(t => t[verdict]), tallies.Max(
            t => t.MaxKilobytes)));
        return string.Join('\n', lines);
    }

    private static string Row(string name, int inputs, Func<Verdict, int> of, long kilobytes) => string.Create(
        CultureInfo.InvariantCulture,
        $"{name,-22}{inputs,9}{of(Verdict.Accepted),10}{of(Verdict.Refused),9}{of(Verdict.Crash),7}{of(Verdict.Hang),6}"
            + $"{of(Verdict.Memory),8}{of(Verdict.Foreign),9}{of(Verdict.WrongSuccess),7}{kilobytes >> 10,9}");
}

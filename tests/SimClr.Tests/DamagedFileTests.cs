using SimClr.Fuzz;
using SimClr.Tests.Data;

namespace SimClr.Tests;

/// <summary>
/// A few hundred damaged files for each reader; tests/fuzz.sh tries 100,000, each reader in a monitored process.
/// </summary>
public sealed class DamagedFileTests : IDisposable
{
    private const int InputsPerShare = 60;

    private readonly TemporaryFolder folder = new();

    public static TheoryData<string> Readers => [.. ReaderCatalog.All.Select(reader => reader.Name)];

    public void Dispose() => folder.Dispose();

    [Theory]
    [MemberData(nameof(Readers))]
    public void Damaged_files_are_read_or_refused(string name)
    {
        FuzzReader reader = ReaderCatalog.Find(name);
        var trial = new FuzzTrial(reader, seed: 1, folder.Path);
        var failures = new List<string>();
        for (int number = 0; number < reader.Share * InputsPerShare; number++)
        {
            (Verdict verdict, string why) = trial.Try(trial.Input(number));
            if (verdict is not (Verdict.Accepted or Verdict.Refused))
            {
                failures.Add($"SimClr.Fuzz --reader {name} --one {number}: {verdict} {why}");
            }
        }

        Assert.True(failures.Count == 0, string.Join('\n', failures.Take(5)));
    }
}

using System.Diagnostics;
using System.Globalization;
using System.Text;
using SimClr.Embeddings;
using SimClr.Store;

namespace SimClr.AcceptanceTests;

/// <summary>An index whose process is killed at any moment opens and holds everything that was committed.</summary>
public sealed class IndexKillTests
{
    private const int MostMilliseconds = 900;

    // By hand: SIMCLR_KILLS=20 dotnet test -c Release --project tests/SimClr.AcceptanceTests
    private static readonly int Kills =
        int.TryParse(Environment.GetEnvironmentVariable("SIMCLR_KILLS"), out int kills) ? kills : 3;

    // More images than are added between as many kills, so that every kill interrupts work.
    private static readonly int Rows = Math.Max(60_000, 24_000 * Kills);

    [Fact]
    public async Task Killed_while_adding_it_keeps_committed_rows_and_resumes()
    {
        using var folder = new WorkingFolder();
        string index = folder.PathOf("photos.index");
        WriteEmbeddings(folder.PathOf("first.csv"), 1);
        WriteEmbeddings(folder.PathOf("all.csv"), Rows);
        Simclr.Run(folder.Path, "index", "create", "first.csv", "--out", "photos.index").Succeeded();

        var moments = new Random(Environment.TickCount);
        var kept = new List<long>();
        for (int kill = 0; kill < Kills; kill++)
        {
            kept.Add(await KillOnce(folder, index, moments));
        }

        Simclr.Run(folder.Path, "index", "add", "photos.index", "all.csv").Succeeded();
        using var whole = new SqliteImageCollection(index);
        EmbeddingTable table = whole.ReadTable();
        TestContext.Current.TestOutputHelper?.WriteLine($"kept after each kill: {string.Join(", ", kept)}");
        Assert.Equal(Enumerable.Range(0, Rows).Select(Name), table.Paths);
        Assert.All(
            Enumerable.Range(0, Rows).Where(row => row % 101 == 0),
            row => Assert.Equal(Vector(row), table[row].ToArray()));
        Assert.Equal(kept.Order(), kept);
    }

    /// <summary>
    /// Adds images until the process is killed: soon after rows were committed, or at any moment. Returns the row count
    /// after that.
    /// </summary>
    private static async Task<long> KillOnce(WorkingFolder folder, string index, Random moments)
    {
        using Process process = Simclr.Start(folder.Path, "index", "add", "photos.index", "all.csv");
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        long before = await Count(index);
        while (!process.HasExited && await Count(index) == before)
        {
            process.WaitForExit(3);
        }

        process.WaitForExit(moments.Next(MostMilliseconds));
        long committed = await Count(index);
        process.Kill();
        process.WaitForExit();

        using var opened = new SqliteImageCollection(index);
        EmbeddingTable table = opened.ReadTable();
        Assert.InRange(table.Count, committed, Rows);
        Assert.Equal(Enumerable.Range(0, table.Count).Select(Name), table.Paths);   // a prefix, no holes
        Assert.Equal(Vector(table.Count - 1), table[table.Count - 1].ToArray());
        return table.Count;
    }

    private static async Task<long> Count(string index)
    {
        using var store = new SqliteImageCollection(index);
        return await store.CountAsync();
    }

    private static void WriteEmbeddings(string file, int rows)
    {
        var text = new StringBuilder("path,e0,e1,e2\n");
        for (int row = 0; row < rows; row++)
        {
            text.Append(CultureInfo.InvariantCulture, $"{Name(row)},{string.Join(',', Vector(row))}\n");
        }

        File.WriteAllText(file, text.ToString());
    }

    private static string Name(int row) => string.Create(CultureInfo.InvariantCulture, $"image{row}.jpg");

    private static float[] Vector(int row) => [row % 1000, row / 1000, 1];
}

using System.Globalization;
using SimClr.Tests.Data;
using SkiaSharp;

namespace SimClr.Tests.Cli;

/// <summary>Images of three colors with their embeddings in a file: those of a color are close to each other.</summary>
public sealed class GroupFixture : IDisposable
{
    public const int Images = 36;
    private static readonly string[] Colors = ["blue", "green", "red"];

    private readonly TemporaryFolder folder = new();

    public GroupFixture()
    {
        var rows = new List<string>();
        for (int i = 0; i < Images; i++)
        {
            string color = Colors[i % 3];
            int side = i < 6 ? 24 : 12;
            folder.Write(
                $"images/{color}/{i}.png",
                EncodedImages.OfColor(ColorOf(color, i), SKEncodedImageFormat.Png, side, 12));
            rows.Add($"{At($"images/{color}/{i}.png")},{color},{Vector(i % 3, (i / 3 * 3.0) + 1)}");
        }

        // A copy of one file, a smaller version of another.
        File.Copy(At("images/red/2.png"), At("images/copy.png"));
        rows.Add($"{At("images/copy.png")},red,{Vector(2, 1)}");
        folder.Write("images/small.png", EncodedImages.OfColor(ColorOf("red", 5), SKEncodedImageFormat.Png, 6, 6));
        rows.Add($"{At("images/small.png")},red,{Vector(2, 4.4)}");
        Write("all.csv", rows);
        Write(
            "plain.csv",
            rows.Select(row => row.Split(',', 3) is [var path, _, var numbers] ? $"{path},{numbers}" : ""),
            labels: false);
        Write("moved.csv", rows.Select(row => row.Replace(At("images"), "elsewhere", StringComparison.Ordinal)));
        Write("one.csv", rows.Take(1));
        Write("equal.csv", Enumerable.Range(0, 6).Select(i => $"{i}.png,red,1,1,1"));
        Write("nan.csv", ["a.png,red,1,2,3", "b.png,red,1,NaN,3"]);
        Write("ragged.csv", ["a.png,red,1,2,3", "b.png,red,1,2"]);
        folder.Write("labels.csv", "path,label\n" + string.Concat(
            Enumerable.Range(0, 9).Select(i => $"images/{Colors[i % 3]}/{i}.png,{Colors[i % 3]}\n")));
        folder.Write("strangers.csv", "path,label\nx.png,red\ny.png,blue\n");
        folder.Write("onlyred.csv", "path,label\nimages/red/2.png,red\nimages/red/5.png,red\n");
    }

    public string At(string name) => folder.PathOf(name);

    public void Dispose() => folder.Dispose();

    /// <summary>Runs a line in which the names of files of this fixture stand for their paths.</summary>
    internal CommandRun Run(string line)
        => CommandRun.Of([.. line.Split(' ').Select((word, i)
            => i > 0 && (word.Contains('.') || word is "images") && !char.IsDigit(word[0]) ? At(word) : word)]);

    private static SKColor ColorOf(string color, int number) => color switch
    {
        "red" => new SKColor(200, (byte)number, 20),
        "green" => new SKColor(20, 200, (byte)number),
        _ => new SKColor((byte)number, 20, 200),
    };

    /// <summary>A point near the axis of a color; more degrees are farther away.</summary>
    private static string Vector(int axis, double degrees)
    {
        double[] values = new double[3];
        values[axis] = Math.Cos(degrees * Math.PI / 180);
        values[(axis + 1) % 3] = Math.Sin(degrees * Math.PI / 180);
        return string.Join(',', values.Select(value => value.ToString("R", CultureInfo.InvariantCulture)));
    }

    private void Write(string name, IEnumerable<string> rows, bool labels = true)
        => folder.Write(
            name, $"path,{(labels ? "label," : "")}e0,e1,e2\n{string.Concat(rows.Select(row => row + "\n"))}");
}

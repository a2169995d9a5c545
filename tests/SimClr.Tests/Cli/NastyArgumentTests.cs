using SimClr.Tests.Data;

namespace SimClr.Tests.Cli;

/// <summary>
/// Any kind of file or none at a path of the command line: a clear message and a documented exit code.
/// </summary>
[Collection(ComputeThreadsCollection.Name)]
public sealed class NastyArgumentTests(RunFixture fixture) : IClassFixture<RunFixture>
{
    private const string Tiny = "--config tiny.yaml --epochs 1";

    [Theory]
    [InlineData($"pretrain @ --out new/run {Tiny}", ".csv")]
    [InlineData($"pretrain @ --out new/run {Tiny}", ".pack")]
    [InlineData($"pretrain tar:@ --out new/run {Tiny}", ".tar")]
    [InlineData($"pretrain cifar10:@ --out new/run {Tiny}", "")]
    [InlineData($"pretrain fashion-mnist:@ --out new/run {Tiny}", "")]
    [InlineData($"pretrain pets:@ --out new/run {Tiny}", "")]
    [InlineData($"pretrain train --out @ {Tiny}", "")]
    [InlineData("pretrain --out @ --resume", "")]
    [InlineData("pretrain train --out new/run --config @", ".yaml")]
    [InlineData($"pretrain train --out new/run {Tiny} --set encoder.weights=@", ".safetensors")]
    [InlineData("evaluate knn @ --train train --test test", "")]
    [InlineData("evaluate knn run --train train --test @", "")]
    [InlineData("evaluate compare @ @", ".csv")]
    [InlineData("evaluate transfer run --data-root @", "")]
    [InlineData("embed run test --out @", ".npy")]
    [InlineData("embed --join @ --out new/e.npy", ".npy")]
    [InlineData("index create test --run run --out @", ".index")]
    [InlineData("index info @", ".index")]
    [InlineData("search @ @", ".index")]
    [InlineData("export onnx @ --out new/e.onnx", "")]
    [InlineData("export safetensors run --out @", ".safetensors")]
    [InlineData("import @ --out new/e.safetensors", ".pth")]
    [InlineData("import @ --out new/e.safetensors", ".safetensors")]
    [InlineData("duplicates @", ".npy")]
    [InlineData("cluster @ --k 2", ".csv")]
    [InlineData("cluster @ --k 2", ".parquet")]
    [InlineData("label e.csv --labels @", ".csv")]
    [InlineData("label e.csv --labels labels.csv --out @", ".csv")]
    [InlineData("map e.csv --out @", ".html")]
    [InlineData("data pack test --out @", ".pack")]
    [InlineData("augment preview @ --out new/a.png", "")]
    [InlineData("augment preview test --out @", ".png")]
    [InlineData("preset copy demo @", ".yaml")]
    [InlineData("validate @", ".yaml")]
    public void Every_command_line_ends_with_a_documented_exit_code(string line, string extension)
    {
        File.WriteAllText(fixture.At("e.csv"), "path,e0,e1\na.png,1,0\nb.png,0,1\nc.png,1,1\nd.png,1,2\ne.png,2,1\n");
        File.WriteAllText(fixture.At("labels.csv"), "path,label\na.png,x\nb.png,y\n");
        string[] bad = [.. Paths(extension).SelectMany(path => Faults(line, path))];
        Assert.True(bad.Length == 0, string.Join('\n', bad));
    }

    private List<string> Paths(string extension)
    {
        string place = Directory.CreateDirectory(fixture.At($"nasty{extension}")).FullName;
        string At(string name) => Path.Combine(place, name + extension);
        Directory.CreateDirectory(At("folder"));
        File.WriteAllText(At("empty"), "");
        File.WriteAllBytes(At("random"), [.. Enumerable.Range(0, 3000).Select(i => (byte)((i * i * 31) + (i >> 3)))]);
        List<string> paths =
        [
            "", new string('x', 300) + extension, string.Concat(Enumerable.Repeat("x/", 2600)) + extension,
            At("folder"), At("empty"), At("random"), At("empty/below"),
        ];
        if (!OperatingSystem.IsWindows())
        {
            Link("/dev/null");
            Link("/dev/zero");
            Link("/proc/self/mem");
            Link("nowhere");
            Link("link5" + extension);   // a link to itself
        }

        if (OperatingSystem.IsLinux())
        {
            File.Delete(At("socket"));
            File.Delete(At("pipe"));
            paths.AddRange([OddFiles.MakeSocket(At("socket")), OddFiles.MakePipe(At("pipe"))]);
        }

        return paths;

        void Link(string target)
        {
            string link = At($"link{paths.Count(path => path.Contains("link", StringComparison.Ordinal)) + 1}");
            File.Delete(link);
            File.CreateSymbolicLink(link, target);
            paths.Add(link);
        }
    }

    private IEnumerable<string> Faults(string line, string path)
    {
        string[] files = ["train", "test", "run", "tiny.yaml", "e.csv", "labels.csv"];
        string[] words = line.Split(' ');
        var error = new StringWriter();
        CommandRun run = CommandRun.Of(error, CancellationToken.None, [.. words.Select((word, i) =>
            word.Contains('@') ? word.Replace("@", path, StringComparison.Ordinal)
            : i > 0 && (files.Contains(word) || word.StartsWith("new/", StringComparison.Ordinal)) ? fixture.At(word)
            : word)]);
        if (Directory.Exists(fixture.At("new")))
        {
            Directory.Delete(fixture.At("new"), recursive: true);
        }

        bool isOdd = path.Contains("socket", StringComparison.Ordinal)
            || path.Contains("pipe", StringComparison.Ordinal);
        if (isOdd && run.Code != 0 && !run.Error.Contains(path, StringComparison.Ordinal))
        {
            yield return $"does not name {path}: {run.Error}";
        }

        if (run.Code is not (0 or 2 or 3 or 5)
            || (run.Code != 0 && !run.Error.Contains("error: ", StringComparison.Ordinal))
            || run.Error.Contains("Exception", StringComparison.Ordinal))
        {
            yield return $"{(path.Length > 100 ? path[..100] : path)}: exit code {run.Code}, {run.Error}";
        }
    }
}

using System.Text.Json.Nodes;
using SimClr.Tests.Data;

namespace SimClr.Tests.Cli;

/// <summary>
/// The encoder of <see cref="RunFixture"/>, and a classifier of twelve labels that the command line kept.
/// </summary>
public sealed class ModelFixture : IDisposable
{
    private readonly RunFixture run = new();
    private readonly TemporaryFolder folder = new();

    public ModelFixture()
    {
        string[] images = [.. Enumerable.Range(0, 12).Select(i => Path.Join(i % 2 == 0 ? "red" : "blue", $"{i}.png"))];
        folder.Write("labels.csv", "path,label\n" + string.Concat(
            images.Select(image => $"{run.At($"train/{image}")},{Path.GetDirectoryName(image)}\n")));
        Labeling = CommandRun.Of(
            "label", run.At("train"), "--run", run.At("run"), "--labels", At("labels.csv"), "--model", Model, "--json");
    }

    /// <summary>The command that wrote the model.</summary>
    internal CommandRun Labeling { get; }

    public string Model => folder.PathOf("colors.simclr");

    /// <summary>The path of a file of this fixture.</summary>
    public string At(string name) => folder.PathOf(name);

    /// <summary>The path of a file of the encoder's fixture.</summary>
    public string RunAt(string name) => run.At(name);

    internal JsonObject Classify(string images, params string[] more)
        => CommandRun.Of(["classify", Model, images, "--json", .. more]).Json;

    public void Dispose()
    {
        run.Dispose();
        folder.Dispose();
    }
}

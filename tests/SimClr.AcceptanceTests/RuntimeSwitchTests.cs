using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace SimClr.AcceptanceTests;

/// <summary>
/// A file-based app (<c>dotnet run app.cs</c>) is set up for native compilation, which turns features of the runtime
/// off. Here, a sample runs with the same switches.
/// </summary>
public sealed class RuntimeSwitchTests : IDisposable
{
    private static readonly string[] Off =
    [
        "System.Text.Json.JsonSerializer.IsReflectionEnabledByDefault",
        "System.Runtime.CompilerServices.RuntimeFeature.IsDynamicCodeSupported",
        "System.Linq.Expressions.CanEmitObjectArrayDelegate",
        "System.Resources.ResourceManager.AllowCustomResourceTypes",
        "System.Diagnostics.Tracing.EventSource.IsSupported",
        "System.ComponentModel.DefaultValueAttribute.IsSupported",
    ];

    private readonly WorkingFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Training_embedding_search_and_export_work_without_reflection_in_the_serializer()
    {
        string sample = Repository.Sample("FirstSteps");
        JsonObject configuration = JsonNode.Parse(
            File.ReadAllText(Path.ChangeExtension(sample, ".runtimeconfig.json")))!.AsObject();
        JsonObject properties = configuration["runtimeOptions"]!["configProperties"]!.AsObject();
        foreach (string name in Off)
        {
            properties[name] = false;
        }

        string changed = folder.PathOf("app.runtimeconfig.json");
        File.WriteAllText(changed, configuration.ToJsonString());
        string images = folder.Images("photos", 24, classes: false);
        string dependencies = Path.ChangeExtension(sample, ".deps.json");
        string[] run = ["exec", "--runtimeconfig", changed, "--depsfile", dependencies, sample];

        string first = Dotnet.Run(folder.Path, [.. run, images, "run"]).Succeeded().Output;

        // Reads what the first wrote.
        string again = Dotnet.Run(folder.Path, [.. run, images, "run"]).Succeeded().Output;
        string usual = Dotnet.Run(folder.Path, [sample, images, "usual"]).Succeeded().Output;
        Assert.Matches(@"^1 steps, loss \d", first);
        Assert.Equal(first, again);
        Assert.Equal(usual.Replace("usual", "run", StringComparison.Ordinal), first);
        foreach (string file in (string[])["run.json", "metrics.jsonl", "encoder.safetensors"])
        {
            Assert.Equal(Stable(folder.PathOf("usual", file)), Stable(folder.PathOf("run", file)));
        }
    }

    // Without what differs between any two runs: times and speeds.
    private static string Stable(string file) => Regex.Replace(
        File.ReadAllText(file, System.Text.Encoding.Latin1),
        @"""(seconds|images_per_second|input_wait|memory)"":[^,}]*",
        "$1");
}

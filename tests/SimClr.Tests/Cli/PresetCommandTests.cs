using SimClr.Configuration;
using SimClr.Tests.Data;

namespace SimClr.Tests.Cli;

public sealed class PresetCommandTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void List_names_every_preset_with_its_summary()
    {
        CommandRun words = CommandRun.Of("preset", "list");
        var json = CommandRun.Of("preset", "list", "--json").Json["presets"]!.AsArray();

        Assert.Equal(Presets.Names, json.Select(preset => preset!["name"]!.GetValue<string>()));
        Assert.All(Presets.Names, name => Assert.Contains($"{name} ", words.Output));
        Assert.All(Presets.Names, name => Assert.Contains(Presets.Summary(name), words.Output));
    }

    [Fact]
    public void Show_prints_the_file_or_the_whole_configuration()
    {
        Assert.Equal(Presets.Text("photos").TrimEnd(), CommandRun.Of("preset", "show", "photos").Output.TrimEnd());
        Assert.Equal(
            0.1, CommandRun.Of("preset", "show", "photos", "--json").Json["configuration"]!["loss"]!["temperature"]!
                .GetValue<double>());
    }

    [Fact]
    public void A_copy_is_valid_and_never_overwrites()
    {
        string file = folder.PathOf("mine.yaml");

        Assert.Equal(0, CommandRun.Of("preset", "copy", "demo", file).Code);
        Assert.Equal(Presets.Text("demo"), File.ReadAllText(file));
        Assert.Equal(0, CommandRun.Of("validate", file).Code);
        Assert.Contains("already exists", CommandRun.Of("preset", "copy", "photos", file).Refused(2));
        Assert.Equal(Presets.Text("demo"), File.ReadAllText(file));
    }

    [Fact]
    public void An_unknown_preset_gets_the_nearest_name()
        => Assert.Contains("did you mean 'photos'?", CommandRun.Of("preset", "show", "photo").Refused(2));
}

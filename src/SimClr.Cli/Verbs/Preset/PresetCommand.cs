using System.CommandLine;
using System.Text;
using System.Text.Json.Nodes;
using SimClr.Cli.Outputs;
using SimClr.Configuration;

namespace SimClr.Cli.Verbs;

/// <summary><c>simclr preset list|show|copy</c>.</summary>
internal static class PresetCommand
{
    public static Command Create() => new Verb(
        "preset", "List, show and copy the built-in configurations.", "simclr preset list", "simclr preset show photos")
    {
        List(),
        Show(),
        Copy(),
    };

    private static Verb List()
        => new Verb("list", "List the presets.", "simclr preset list").Handle(context =>
        {
            int width = Presets.Names.Max(name => name.Length);
            context.Result(
                new JsonObject { ["presets"] = new JsonArray([.. Presets.Names.Select(Describe)]) },
                Presets.Names.Select(name => $"{name.PadRight(width)}  {Presets.Summary(name)}"));
        });

    private static JsonObject Describe(string name) => new() { ["name"] = name, ["summary"] = Presets.Summary(name) };

    private static Verb Show()
    {
        Argument<string> name = Name();
        var verb = new Verb(
            "show",
            "Print a preset with its comments; with --json, the whole configuration.",
            "simclr preset show cifar10-small") { name };
        return verb.Handle(context => context.Result(
            new JsonObject
            {
                ["name"] = context.Value(name),
                ["summary"] = Presets.Summary(context.Value(name)),
                ["configuration"] = RunConfiguration.ToJson(Presets.Load(context.Value(name))),
            },
            Presets.Text(context.Value(name)).TrimEnd('\n').Split('\n')));
    }

    private static Verb Copy()
    {
        Argument<string> name = Name();
        var file = new Argument<string?>("FILE")
        {
            Description = "Output file. Default: NAME.yaml.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var verb = new Verb(
            "copy",
            "Copy a preset to a file, for editing and use with --config.",
            "simclr preset copy photos my.yaml") { name, file };
        return verb.Handle(context =>
        {
            string path = context.Value(file) ?? $"{context.Value(name)}.yaml";
            string text = Presets.Text(context.Value(name));
            context.Outputs.OpenNew("FILE", path, OutputKinds.Preset).Write(Encoding.UTF8.GetBytes(text));
            context.Result(
                new JsonObject { ["name"] = context.Value(name), ["file"] = path },
                $"wrote {path}; use it with --config {path}");
        });
    }

    private static Argument<string> Name()
    {
        var name = new Argument<string>("NAME") { Description = $"One of {string.Join(", ", Presets.Names)}" };
        name.CompletionSources.Add([.. Presets.Names]);
        return name;
    }
}

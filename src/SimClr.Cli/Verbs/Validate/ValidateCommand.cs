using System.CommandLine;
using System.Text.Json.Nodes;
using SimClr.Configuration;

namespace SimClr.Cli.Verbs;

/// <summary><c>simclr validate FILE</c>.</summary>
internal static class ValidateCommand
{
    public static Command Create()
    {
        var file = new Argument<string>("FILE") { Description = "Configuration in YAML or JSON, as for --config" };
        var verb = new Verb(
            "validate", "Check a configuration, and print it in full or report its errors.", "simclr validate my.yaml")
        {
            file,
        };
        verb.Details =
        [
            "The file may build on a preset, with a line 'preset: photos' at its top. "
                + "Keys in neither of them keep their defaults.",
        ];
        return verb.Handle(context => Validate(context, context.Value(file)));
    }

    private static void Validate(CommandContext context, string file)
    {
        string? preset = RunConfiguration.PresetOf(file);
        JsonObject resolved = RunConfiguration.ToJson(RunConfiguration.Resolve(new PretrainOptions(), file));
        string[] words =
        [
            $"# {file} is valid. The whole configuration:",
            .. ConfigurationText.ToYaml(resolved).TrimEnd('\n').Split('\n'),
        ];
        context.Result(
            new JsonObject { ["file"] = file, ["valid"] = true, ["preset"] = preset, ["configuration"] = resolved },
            words);
    }
}

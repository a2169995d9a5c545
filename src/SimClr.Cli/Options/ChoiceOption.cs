using System.CommandLine;
using SimClr.Internals;

namespace SimClr.Cli;

/// <summary>Options that take one of several names; null if not specified.</summary>
internal static class ChoiceOption
{
    public static Option<string?> Create(
        string name, string description, IReadOnlyList<string> choices, string? usual = null)
    {
        string list = string.Join(", ", choices);
        var option = new Option<string?>(name)
        {
            Description = $"{description}: {list}{(usual is null ? "" : $". Default: {usual}.")}",
            HelpName = "name",
        };
        option.CompletionSources.Add([.. choices]);
        option.Validators.Add(result =>
        {
            string? typed = result.GetValueOrDefault<string?>();
            if (typed is not null && !choices.Contains(typed))
            {
                result.AddError($"{name}: got '{typed}', expected one of {list}{DidYouMean.Hint(typed, choices)}");
            }
        });
        return option;
    }

    /// <summary>Returns the value of a checked text; null if the option is not given.</summary>
    public static T? Choice<T>(string? text)
        where T : struct, Enum => text is null ? null : EnumText.Parse<T>(text);
}

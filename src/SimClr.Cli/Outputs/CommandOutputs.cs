using System.CommandLine;
using SimClr.Data;
using SimClr.Internals;

namespace SimClr.Cli.Outputs;

/// <summary>
/// The output files of one command line. Each is checked before any computation: it is neither an input of the command
/// nor a companion of one, has an extension of its kind, and replaces only an older file of that kind.
/// </summary>
internal sealed class CommandOutputs
{
    private readonly ParseResult parsed;
    private readonly Dictionary<(string Option, string Path), OutputFile> opened = [];
    private readonly List<(string Option, string Path)> written = [];
    private readonly Lazy<CommandInputs> inputs;

    public CommandOutputs(ParseResult parsed)
    {
        this.parsed = parsed;
        inputs = new(() => new CommandInputs(parsed));
    }

    /// <summary>Checks every file named by an option.</summary>
    /// <exception cref="ConfigurationException">A file must not be written.</exception>
    public void Check()
    {
        foreach (OutputOption option in parsed.CommandResult.Command.Options.OfType<OutputOption>())
        {
            _ = FileFor(option);
        }
    }

    /// <summary>Returns the file named by an option; null if it names none.</summary>
    /// <exception cref="ConfigurationException">The file must not be written.</exception>
    public OutputFile? FileFor(OutputOption option)
        => option.NoFileWith is { } other && parsed.GetResult(other) is { Implicit: false } ? null
            : parsed.GetValue(option) is { } path ? Open(option.Name, path, option.Kind, option.MayReplace)
            : null;

    /// <summary>Returns a file whose name derives from an option, such as one of several in a folder.</summary>
    /// <param name="option">The option, for messages.</param>
    /// <param name="path">The file.</param>
    /// <param name="kind">The kind of content.</param>
    /// <param name="mayReplace">The input that the file may replace, or null.</param>
    /// <exception cref="ConfigurationException">The file must not be written.</exception>
    public OutputFile Open(string option, string path, OutputKind kind, Option? mayReplace = null)
    {
        if (opened.TryGetValue((option, path), out OutputFile? known))
        {
            return known;
        }

        var file = new OutputFile(option, path, kind.Example);
        OutputFormat? format = kind.FormatOf(option, path);
        file.TranslateErrors(() =>
        {
            string real = RealPath.Resolve(path);
            (string Path, Func<string, bool>? IsIn)[] all =
            [
                (real, format?.IsIn),
                .. (format?.Beside ?? []).Select(beside => (real + beside.Suffix, (Func<string, bool>?)beside.IsIn)),
            ];
            foreach ((string target, Func<string, bool>? isIn) in all)
            {
                inputs.Value.Reject(option, target == real ? path : target, target, mayReplace);
                RejectDuplicate(option, path, target);
                RejectForeign(option, target == real ? path : target, target, kind, isIn, format?.Unmarked);
            }

            foreach ((string target, _) in all)
            {
                written.Add((option, target));
                AtomicFile.RemoveRemnants(target);
            }

            return true;
        });
        return opened[(option, path)] = file;
    }

    /// <summary>Returns a file that must not exist yet.</summary>
    /// <param name="option">The option or argument, for messages.</param>
    /// <param name="path">The file.</param>
    /// <param name="kind">The kind of content.</param>
    /// <exception cref="ConfigurationException">The file exists, or must not be written.</exception>
    public OutputFile OpenNew(string option, string path, OutputKind kind)
        => File.Exists(path) || Directory.Exists(path)
            ? throw new ConfigurationException($"'{path}' already exists; choose another name, or remove it first")
            : Open(option, path, kind);

    private void RejectDuplicate(string option, string path, string target)
    {
        foreach ((string other, string before) in written)
        {
            if (CommandInputs.AreSame(before, target))
            {
                throw new ConfigurationException(
                    $"{option}: '{path}' is also the file of {other}; choose two different files");
            }
        }
    }

    private static void RejectForeign(
        string option, string path, string target, OutputKind kind, Func<string, bool>? isIn, string? unmarked)
    {
        if (isIn is not null && File.Exists(target) && FileSize.Get(target) > 0 && !isIn(target))
        {
            string which = unmarked is null ? "" : $" as far as can be determined ({unmarked})";
            throw new ConfigurationException(
                $"{option}: '{path}' exists and is not {kind.Description} written by simclr{which}; "
                    + "it is not replaced: choose another file, or move or remove this one");
        }
    }
}

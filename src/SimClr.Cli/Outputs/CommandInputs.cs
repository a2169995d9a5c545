using System.CommandLine;
using System.CommandLine.Parsing;
using SimClr.Checkpoints;
using SimClr.Data;
using SimClr.Embeddings;
using SimClr.Internals;

namespace SimClr.Cli.Outputs;

/// <summary>The files and folders that a command line reads, and their companion files.</summary>
internal sealed class CommandInputs
{
    // The help names of option values that are files or folders.
    private static readonly string[] PathNames =
    [
        "DATA", "DIR", "EMBEDDINGS", "FILE", "FOLDER", "PART", "RUN", "SOURCE",
    ];

    // The list of skipped images, the encoder, a partial result, and the temporary files of SQLite while it writes an
    // index.
    private static readonly string[] CompanionSuffixes =
        [".skipped.jsonl", EmbeddingSource.Suffix, ".part", "-journal", "-wal", "-shm"];

    private readonly (Symbol By, string Typed, string Real)[] files;
    private readonly (string Typed, string Real)[] folders;

    public CommandInputs(ParseResult parsed)
    {
        (Symbol By, string Text)[] typed = [.. TypedPaths(parsed).Distinct()];
        files = [.. typed.Where(input => File.Exists(input.Text))
            .Select(input => (input.By, input.Text, RealPath.Resolve(input.Text)))];
        folders = [.. typed.Where(input => Directory.Exists(input.Text))
            .Select(input => (input.Text, RealPath.Resolve(input.Text)))];
    }

    /// <summary>Whether the value of an option is a file or folder, according to its help name.</summary>
    public static bool TakesPath(Option option) => option is not OutputOption && PathNames.Contains(option.HelpName);

    /// <summary>Whether two real paths denote the same file.</summary>
    public static bool AreSame(string one, string other)
        => one.Equals(other, OperatingSystem.IsLinux() ? StringComparison.Ordinal : StringComparison.OrdinalIgnoreCase)
            || (FileStatus.Get(one)?.Identity is { } number && number == FileStatus.Get(other)?.Identity);

    /// <summary>Rejects an output file that is an input, or a companion of one.</summary>
    /// <param name="option">The option that named the file.</param>
    /// <param name="path">The path, for messages.</param>
    /// <param name="real">The real path.</param>
    /// <param name="mayReplace">The input that the file may replace, or null.</param>
    /// <exception cref="ConfigurationException">The file must not be written.</exception>
    public void Reject(string option, string path, string real, Option? mayReplace)
    {
        foreach ((Symbol by, string typed, string input) in files)
        {
            if (AreSame(input, real) && by != mayReplace)
            {
                throw new ConfigurationException(
                    $"{option}: '{path}' is an input of this command, which would overwrite it; choose another file");
            }

            if (CompanionsOf(input).Any(file => AreSame(file, real)))
            {
                throw new ConfigurationException(
                    $"{option}: '{path}' belongs to {typed}, an input of this command; choose another file");
            }
        }

        RejectRunFile(option, path, real);
        foreach ((string typed, string folder) in folders)
        {
            if (ImageDecoder.KnowsExtensionOf(real) && IsBelow(folder, real) && !new RunDirectory(folder).HasRun)
            {
                throw new ConfigurationException(
                    $"{option}: '{path}' would become one of the images of {typed}, an input of this "
                        + "command; choose a file elsewhere");
            }
        }
    }

    private static IEnumerable<string> CompanionsOf(string file)
    {
        IEnumerable<string> all = CompanionSuffixes.Select(suffix => file + suffix);
        return EmbeddingFile.CompanionOf(file) is { } companion ? all.Append(companion) : all;
    }

    /// <summary>Rejects the files of a run, which only its training writes, whatever the command reads.</summary>
    private static void RejectRunFile(string option, string path, string real)
    {
        string? folder = Path.GetDirectoryName(real);
        string? above = Path.GetDirectoryName(folder);
        if ((folder is not null && IsRunFile(new RunDirectory(folder), real))
            || (above is not null && IsRunFile(new RunDirectory(above), real)))
        {
            throw new ConfigurationException(
                $"{option}: '{path}' is a file of a run, which only training writes; choose another file");
        }
    }

    private static bool IsRunFile(RunDirectory run, string file) => run.HasRun
        && (AreSame(file, run.EncoderFile)
            || AreSame(file, run.ClassifierFile)
            || IsBelow(run.CheckpointFolder, file)
            || IsBelow(run.TensorBoardFolder, file));

    private static bool IsBelow(string folder, string file) => file.StartsWith(
        Path.EndsInDirectorySeparator(folder) ? folder : folder + Path.DirectorySeparatorChar,
        StringComparison.Ordinal);

    private static IEnumerable<(Symbol By, string Text)> TypedPaths(ParseResult parsed)
    {
        Command command = parsed.CommandResult.Command;
        foreach (SymbolResult result in command.Options.Where(TakesPath)
            .Select(
                option => (SymbolResult?)parsed.GetResult(option))
            .Concat(command.Arguments.Select(argument => (SymbolResult?)parsed.GetResult(argument)))
            .OfType<SymbolResult>())
        {
            Symbol by = result is OptionResult option ? option.Option : ((ArgumentResult)result).Argument;
            foreach (Token token in result.Tokens)
            {
                yield return (by, token.Value);
            }
        }
    }
}

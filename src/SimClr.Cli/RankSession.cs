using SimClr.Cli.Progress;
using SimClr.Distributed;

namespace SimClr.Cli;

/// <summary>
/// A command that may be one of several ranks: it connects before the work and ends together with the other ranks.
/// </summary>
internal static class RankSession
{
    private const string Timeout = "--communication-timeout";

    /// <summary>Adds the options of a command that can be distributed over ranks.</summary>
    public static void AddTo(Verb verb)
    {
        verb.SupportsRanks = true;
        verb.Add(NumberOption.Positive(
            Timeout,
            "Seconds a rank waits for the others (mpirun, srun) before it reports the silent ranks and "
                + "stops the job. Default: 300."));
    }

    /// <summary>
    /// Runs the work with the other ranks, or alone if no launcher started this process. Only the first rank writes
    /// output. An error on one rank ends all of them; an error that occurs on every rank at the same point lets each
    /// end with its own exit code.
    /// </summary>
    public static void Run(CommandContext context, Action<ICommunicator> work)
    {
        ICommunicator ranks = Launch.Connect(OptionsOf(context));
        if (ranks.Size == 1)
        {
            work(ranks);
            return;
        }

        context.WritesOutput = ranks.Rank == 0;
        try
        {
            work(ranks);
        }
        catch (Exception error) when (!RankErrors.IsCollective(error))
        {
            context.StandardError.Write($"rank {ranks.Rank}: ");
            ranks.Abort(CommandLine.Report(error, context.StandardError, context.Verbose));
            throw;
        }
        catch (Exception error) when (ranks.Rank > 0)
        {
            int code = CommandLine.Report(error, TextWriter.Null, verbose: false);
            ranks.Dispose();
            throw new SilentException(code, error);
        }
        catch
        {
            ranks.Dispose();
            throw;
        }

        ranks.Dispose();
    }

    private static CommunicationOptions OptionsOf(CommandContext context)
    {
        var options = new CommunicationOptions { Logger = new NoteLogger(context.StandardError.WriteLine) };
        return context.Number(Timeout) is { } seconds ? options with { Timeout = seconds } : options;
    }
}

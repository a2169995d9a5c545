using System.Globalization;
using SimClr;
using SimClr.Distributed;
using SimClr.RankProgram;

// check: checks a communicator's contract on all ranks, and that MPI leaves the runtime's signal handlers alone.
// check-single: the same checks with an MPI that only one thread may call.
// work TIMEOUT: all-reduces in an endless loop; each rank prints its process ID once the loop is running.
// late TIMEOUT RANK: one rank does not join a call.
// abort RANK CODE: one rank aborts the job.
try
{
    var options = new CommunicationOptions
    {
        Timeout = args is ["work" or "late", var seconds, ..]
            ? double.Parse(seconds, CultureInfo.InvariantCulture)
            : 60,
        Logger = new ErrorLogger(),
    };
    using ICommunicator ranks = args is ["check-single"] ? StartSingle(options) : Launch.Connect(options);
    switch (args)
    {
        case ["check" or "check-single"]:
            Work.Throw();
            if (args is ["check-single"])
            {
                Work.FromAnotherThread(ranks);
            }

            int checks = CommunicatorChecks.All(ranks);
            Say(ranks, $"{checks} checks passed on {ranks.Size} ranks");
            break;
        case ["work", _]:
            Work.Endless(ranks, () => Console.WriteLine($"rank {ranks.Rank} is process {Environment.ProcessId}"));
            break;
        case ["late", _, var late]:
            Work.Late(ranks, int.Parse(late, CultureInfo.InvariantCulture));
            break;
        case ["abort", var who, var code]:
            Work.Abort(
                ranks, int.Parse(who, CultureInfo.InvariantCulture), int.Parse(code, CultureInfo.InvariantCulture));
            break;
        default:
            Console.Error.WriteLine($"got '{string.Join(' ', args)}', expected check, work, late or abort");
            return 2;
    }

    return 0;
}
catch (SimClrException error)
{
    Console.Error.WriteLine($"error: {error.Message}");
    return error.ExitCode;
}

static Mpi StartSingle(CommunicationOptions options)
{
    Launcher launcher = Launcher.Find()!;
    return Mpi.Start(MpiLibrary.Find(launcher)!, launcher, options, severalThreads: false);
}

static void Say(ICommunicator ranks, string text)
{
    if (ranks.Rank == 0)
    {
        Console.WriteLine(text);
    }
}

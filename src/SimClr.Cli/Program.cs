using System.Runtime.InteropServices;
using SimClr.Cli;
using SimClr.Diagnostics;

bool asked = false;
using var stop = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var notice = OperatingSystem.IsWindows() ? null : PosixSignalRegistration.Create((PosixSignal)(OperatingSystem.IsLinux() ? 10 : 30), Stop);
using var hangUp = OperatingSystem.IsWindows() ? null : PosixSignalRegistration.Create(PosixSignal.SIGHUP, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
return ComputeEnvironment.RunBound(() => CommandLine.Run(args, StandardStreams.Output, StandardStreams.Error, stop.Token));

// USR1 is what launchers hand on to all ranks, and what batch systems announce the end of a job's time with.
// The first signal asks the command to finish its step and save; a second one ends the process at once. SIGHUP never does:
// a terminal that closes may send it twice, and what ends a session sends SIGTERM beside it. (nohup still holds: the runtime
// leaves a signal alone that was ignored at the start.)
void Stop(PosixSignalContext signal)
{
    signal.Cancel = signal.Signal == PosixSignal.SIGHUP || !Interlocked.Exchange(ref asked, true);
    stop.Cancel();
}

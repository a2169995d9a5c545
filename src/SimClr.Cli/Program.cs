using System.Runtime.InteropServices;
using SimClr.Cli;
using SimClr.Diagnostics;
using SimClr.Formats;

bool asked = false;
using var stop = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var notice = OperatingSystem.IsWindows() ? null
    : PosixSignalRegistration.Create((PosixSignal)(OperatingSystem.IsLinux() ? 10 : 30), Stop);
using var hangUp = OperatingSystem.IsWindows() ? null : PosixSignalRegistration.Create(PosixSignal.SIGHUP, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);
MagickFormats.Register();
return ComputeEnvironment.RunBound(
    () => CommandLine.Run(args, StandardStreams.Output, StandardStreams.Error, stop.Token));

// Launchers forward USR1 to all ranks, and batch systems use it to announce the end of a job's time. The first signal
// asks the command to finish its step and save; the second ends the process at once. SIGHUP never does: a closing
// terminal may send it twice, and the end of a login session also sends SIGTERM. (nohup still works: the runtime leaves
// a signal alone that was ignored at startup.)
void Stop(PosixSignalContext signal)
{
    signal.Cancel = signal.Signal == PosixSignal.SIGHUP || !Interlocked.Exchange(ref asked, true);
    stop.Cancel();
}

using System.Diagnostics;
using System.Text.Json.Nodes;
using SimClr.Configuration;
using SimClr.Encoders;

namespace SimClr.GpuChecks;

/// <summary>
/// The other side of the bare step: <c>pytorch_step.py</c>, which waits beside this process for its turns.
/// </summary>
internal sealed class PyTorch : IDisposable
{
    private readonly Process process;

    private PyTorch(Process process) => this.process = process;

    /// <summary>Starts it; where there is no PyTorch, a figure says so, and nothing is compared.</summary>
    public static PyTorch? Start(Section section)
    {
        string script = Path.Join(AppContext.BaseDirectory, "pytorch_step.py");
        var start = new ProcessStartInfo(section.Python, [script, section.Device])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };

        // What stands in for functions that this program misses is not for Python.
        start.Environment.Remove("LD_PRELOAD");
        try
        {
            var side = new PyTorch(Process.Start(start)!);
            section.Figure("pytorch", side.Read()["version"]!.GetValue<string>());
            return side;
        }
        catch (Exception error) when (error is System.ComponentModel.Win32Exception or IOException)
        {
            section.Figure("pytorch", null);
            if (section.IsCuda)
            {
                section.Fail($"{section.Python} has no PyTorch to be compared with");
            }

            return null;
        }
    }

    /// <summary>Makes a net and takes three steps.</summary>
    public void Prepare(string name, PretrainOptions options) => Ask(new JsonObject
    {
        ["net"] = name.Split(' ')[0],
        ["width"] = options.Encoder.Width,
        ["small_stem"] = EncoderCatalog.HasSmallStem(options.Encoder, options.Views.Size),
        ["size"] = options.Views.Size,
        ["batch"] = options.Batch.Size,
        ["hidden"] = options.Head.Hidden,
        ["threads"] = Internals.ComputeThreads.Resolve(options.Threads),
    });

    /// <summary>Images per second over about the given time.</summary>
    /// <param name="span">The time.</param>
    /// <param name="tries">Whether cuDNN tries its algorithms first, which is off unless a program asks for it.</param>
    public double Measure(TimeSpan span, bool tries = false)
        => Ask(new JsonObject { ["seconds"] = span.TotalSeconds, ["benchmark"] = tries })["images_per_second"]!
            .GetValue<double>();

    public void Dispose()
    {
        process.Kill();
        process.Dispose();
    }

    private JsonNode Ask(JsonObject question)
    {
        process.StandardInput.WriteLine(question.ToJsonString());
        process.StandardInput.Flush();
        return Read();
    }

    private JsonNode Read() => process.StandardOutput.ReadLine() is { } line
        ? JsonNode.Parse(line)!
        : throw new IOException("pytorch_step.py ended; standard error says why");
}

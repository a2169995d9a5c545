using System.Diagnostics;
using System.Text.Json.Nodes;
using SimClr.Configuration;
using SimClr.Encoders;

namespace SimClr.GpuChecks;

/// <summary>
/// The PyTorch side of the bare step: a <c>pytorch_step.py</c> process that waits for its turns beside this one.
/// </summary>
internal sealed class PyTorch : IDisposable
{
    private readonly Process process;

    private PyTorch(Process process) => this.process = process;

    /// <summary>Starts the process. Without PyTorch, a figure says so and nothing is compared.</summary>
    public static PyTorch? Start(Section section)
    {
        string script = Path.Join(AppContext.BaseDirectory, "pytorch_step.py");
        var start = new ProcessStartInfo(section.Python, [script, section.Device])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };

        // The preloaded stand-ins for functions that this program lacks are not meant for Python.
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

    /// <summary>Creates a network and takes three steps.</summary>
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

    /// <summary>The throughput in images per second, measured for about the given time.</summary>
    /// <param name="span">The length of the measurement.</param>
    /// <param name="tries">Whether cuDNN benchmarks its algorithms first; off in PyTorch by default.</param>
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

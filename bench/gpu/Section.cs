using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using SimClr.Configuration;
using SimClr.Internals;

namespace SimClr.GpuChecks;

/// <summary>The results of one section: checks, which pass or fail, and figures, which are only reported.</summary>
/// <param name="name">The name of the section.</param>
/// <param name="device">The device that computes: cpu or cuda.</param>
/// <param name="quick">Whether shapes are small enough for a processor.</param>
/// <param name="python">The Python interpreter that has PyTorch.</param>
internal sealed class Section(string name, string device, bool quick, string python)
{
    private readonly Stopwatch clock = Stopwatch.StartNew();
    private readonly Lock gate = new();
    private readonly JsonArray checks = [];
    private readonly JsonObject figures = [];
    private readonly JsonArray errors = [];
    private bool holds = true;
    private bool printed;

    public string Device => device;

    public bool IsCuda => device != "cpu";

    public string Python => python;

    /// <summary>Returns one of two values, by the scale of the run.</summary>
    public T Scale<T>(T full, T quickly) => quick ? quickly : full;

    /// <summary>The preset for small images on this device.</summary>
    public PretrainOptions Options(string precision)
        => Presets.Load("cifar10-small") with { Device = device, Precision = EnumText.Parse<Precision>(precision) };

    public void AtMost(string check, double value, double limit) => Add(check, value, "at_most", limit, value <= limit);

    public void AtLeast(string check, double value, double limit)
        => Add(check, value, "at_least", limit, value >= limit);

    public void Figure(string figure, JsonNode? value)
    {
        lock (gate)
        {
            figures[figure] = value;
        }

        Console.Error.WriteLine($"{name}: {figure} {value?.ToJsonString()}");
    }

    public void Figure(string figure, double value) => Figure(figure, Number(value));

    public void Fail(string message)
    {
        lock (gate)
        {
            errors.Add(message);
            holds = false;
        }

        Console.Error.WriteLine($"{name}: {message}");
    }

    /// <summary>Runs one part; an exception in it does not end the others.</summary>
    public void Try(string part, Action action)
    {
        try
        {
            action();
        }
#pragma warning disable CA1031 // The error is the result.
        catch (Exception error)
#pragma warning restore CA1031
        {
            Fail($"{part}: {error}");
        }
    }

    /// <summary>Writes the JSON line, once.</summary>
    /// <returns>The exit code.</returns>
    public int Print()
    {
        lock (gate)
        {
            if (!printed)
            {
                printed = true;
                Console.WriteLine(new JsonObject
                {
                    ["section"] = name,
                    ["device"] = device,
                    ["quick"] = quick,
                    ["ok"] = holds,
                    ["seconds"] = Math.Round(clock.Elapsed.TotalSeconds, 2),
                    ["checks"] = checks,
                    ["figures"] = figures,
                    ["errors"] = errors,
                }.ToJsonString());
            }

            return holds ? 0 : 1;
        }
    }

    // Six digits; JSON has no numbers that are not finite.
    private static JsonNode? Number(double value)
        => double.IsFinite(value)
            ? JsonNode.Parse(value.ToString("G6", CultureInfo.InvariantCulture))
            : value.ToString(CultureInfo.InvariantCulture);

    private void Add(string check, double value, string relation, double limit, bool ok)
    {
        lock (gate)
        {
            holds &= ok;
            checks.Add(new JsonObject { ["name"] = check, ["value"] = Number(value), [relation] = limit, ["ok"] = ok });
        }

        Console.Error.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{name}: {(ok ? "ok" : "FAILED")} {check} {value:G6} ({relation} {limit:G6})"));
    }
}

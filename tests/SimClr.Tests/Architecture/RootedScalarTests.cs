using System.Reflection;
using System.Reflection.Emit;
using SimClr.Internals;
using TorchSharp;
using static TorchSharp.torch;

namespace SimClr.Tests.Architecture;

/// <summary>Numbers reach libtorch as scalars with a live reference: see <see cref="RootedScalars"/>.</summary>
public sealed class RootedScalarTests
{
    // Tests run one after another (xunit.runner.json), and the rank program computes little: no garbage collection runs
    // concurrently.
    private static readonly string[] NotUsers = ["SimClr.Tests", "SimClr.RankProgram"];

    private static readonly Lazy<HashSet<(Module, int)>> Makers = new(FindMakers);

    [Fact]
    public void Every_scalar_stays_referenced_while_libtorch_uses_it()
    {
        string[] assemblies = [.. Directory.GetFiles(AppContext.BaseDirectory, "SimClr*.dll")
            .Select(file => Path.GetFileNameWithoutExtension(file)!)
            .Except(NotUsers)];
        Assert.Contains("SimClr", assemblies);
        string[] found = [.. assemblies
            .SelectMany(name => MethodCalls.Methods(Assembly.Load(name)))
            .Where(method => !IsScalars(method.DeclaringType))
            .SelectMany(Faults)];
        Assert.True(
            found.Length == 0,
            $"Nothing keeps these scalars (see src/Shared/RootedScalars.cs):\n{string.Join("\n", found)}");
    }

    [Theory]
    [InlineData(nameof(Careless.Number), "Scalar op_Implicit(Double)")]
    [InlineData(nameof(Careless.Sum), "Tensor op_Addition(Tensor, Tensor)")]
    [InlineData(nameof(Careless.Added), "Tensor add_(TorchSharp.Scalar)")]
    [InlineData(nameof(Careless.Layer), "BatchNorm2d BatchNorm2d(")]
    [InlineData(nameof(Careless.Variable), "Scalar From(Double), held by a variable")]
    public void A_scalar_without_a_reference_is_found(string careless, string what)
        => Assert.Contains(
            what, Assert.Single(Faults(typeof(Careless).GetMethod(careless)!)), StringComparison.Ordinal);

    [Fact]
    public void Referenced_scalars_pass() => Assert.Empty(Faults(typeof(Careless).GetMethod(nameof(Careless.Not))!));

    // Several packages compile this file.
    private static bool IsScalars(Type? type) => type?.FullName == typeof(RootedScalars).FullName;

    private static IEnumerable<string> Faults(MethodBase method)
    {
        foreach ((_, MethodBase callee, OpCode next) in MethodCalls.In(method))
        {
            if (Makers.Value.Contains(MethodCalls.Identity(callee)))
            {
                yield return $"{method.DeclaringType}.{method.Name} calls {callee.DeclaringType}: {callee}";
            }
            else if (IsScalars(callee.DeclaringType)
                && callee.Name == nameof(RootedScalars.From)
                && next.Name!.StartsWith("stloc", StringComparison.Ordinal))
            {
                yield return $"{method.DeclaringType}.{method.Name} calls {callee.DeclaringType}: "
                    + $"{callee}, held by a variable";
            }
        }
    }

    /// <summary>
    /// The members of TorchSharp that convert numbers to scalars, and everything in it that calls them.
    /// </summary>
    private static HashSet<(Module, int)> FindMakers()
    {
        MethodBase[] all = [.. MethodCalls.Methods(typeof(Tensor).Assembly)];
        ILookup<(Module, int), MethodBase> callers = all
            .SelectMany(method => MethodCalls.In(method)
                .SelectMany(call => Called(call.Code, call.Callee))
                .Select(callee => (Callee: MethodCalls.Identity(callee), Caller: method)))
            .ToLookup(call => call.Callee, call => call.Caller);
        var found = new HashSet<(Module, int)>();
        var open = new Stack<MethodBase>(
            all.Where(method => method is MethodInfo { ReturnType: { } type } && type == typeof(Scalar)));
        while (open.TryPop(out MethodBase? method))
        {
            if (found.Add(MethodCalls.Identity(method)))
            {
                foreach (MethodBase caller in callers[MethodCalls.Identity(method)])
                {
                    open.Push(caller);
                }
            }
        }

        return found;
    }

    // A new module will be called through the methods of its base class.
    private static IEnumerable<MethodBase> Called(OpCode code, MethodBase callee)
        => code == OpCodes.Newobj && callee.DeclaringType!.IsAssignableTo(typeof(nn.Module))
            ? [callee, .. callee.DeclaringType.GetMethods().Where(method => method.IsVirtual)]
            : [callee];

    private static class Careless
    {
        public static Tensor Number(Tensor x) => x.mul(0.9);

        public static Tensor Sum(Tensor x, Tensor y) => x + y;

        public static Tensor Added(Tensor x) => x.add_(RootedScalars.One);

        public static TorchSharp.Modules.BatchNorm2d Layer() => nn.BatchNorm2d(3);

        public static Tensor Variable(Tensor x)
        {
            Scalar rate = RootedScalars.From(0.9);
            return x.mul(rate).mul(rate);
        }

        public static Tensor Not(Tensor x, Tensor y) => x.mul(RootedScalars.From(0.9)).Plus(y).sub(x).Softplus();
    }
}

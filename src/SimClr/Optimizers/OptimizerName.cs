using System.Text.Json.Serialization;
using SimClr.Internals;

namespace SimClr.Optimizers;

/// <summary>The optimizer. In files and options: <c>lars</c>, <c>sgd</c>, <c>adamw</c>.</summary>
[JsonConverter(typeof(EnumTextConverter<OptimizerName>))]
public enum OptimizerName
{
    /// <summary>LARS (You, Gitman and Ginsburg 2017).</summary>
    Lars,

    /// <summary>Stochastic gradient descent with Nesterov momentum.</summary>
    Sgd,

    /// <summary>AdamW (Loshchilov and Hutter 2019).</summary>
    AdamW,
}

using System.Runtime.InteropServices;
using Google.Protobuf;
using SimClr.Onnx.Format;

namespace SimClr.Onnx;

/// <summary>Collects an ONNX graph. Every value is known by its name; each node has one result, named as the node.</summary>
internal sealed class GraphBuilder(string name)
{
    public GraphProto Graph { get; } = new() { Name = name };

    /// <summary>Adds an operation.</summary>
    /// <param name="operation">One of ONNX's operators.</param>
    /// <param name="name">The name of node and result.</param>
    /// <param name="inputs">The names of what it takes; an empty one leaves an optional input out.</param>
    /// <param name="attributes">Integers, lists of integers, floats or text by name.</param>
    /// <returns>The name of the result.</returns>
    public string Add(string operation, string name, IReadOnlyList<string> inputs, params (string Name, object Value)[] attributes)
    {
        var node = new NodeProto { OpType = operation, Name = name };
        node.Input.AddRange(inputs);
        node.Output.Add(name);
        node.Attribute.AddRange(attributes.Select(attribute => Attribute(attribute.Name, attribute.Value)));
        Graph.Node.Add(node);
        return name;
    }

    /// <summary>Adds fractions that are fixed, row by row.</summary>
    /// <returns>Their name.</returns>
    public string Constant(string name, float[] values, params long[] shape)
        => Constant(name, TensorProto.Types.DataType.Float, MemoryMarshal.AsBytes<float>(values), shape);

    /// <summary>Adds a list of integers that are fixed.</summary>
    /// <returns>Its name.</returns>
    public string Constant(string name, params long[] values)
        => Constant(name, TensorProto.Types.DataType.Int64, MemoryMarshal.AsBytes<long>(values), [values.Length]);

    /// <summary>What the graph takes.</summary>
    public void Input(string name, TensorProto.Types.DataType type, params object[] shape) => Graph.Input.Add(Value(name, type, shape));

    /// <summary>What the graph gives.</summary>
    public void Output(string name, TensorProto.Types.DataType type, params object[] shape) => Graph.Output.Add(Value(name, type, shape));

    private string Constant(string constant, TensorProto.Types.DataType type, ReadOnlySpan<byte> littleEndian, long[] shape)
    {
        var tensor = new TensorProto { Name = constant, DataType = (int)type, RawData = ByteString.CopyFrom(littleEndian) };
        tensor.Dims.AddRange(shape);
        Graph.Initializer.Add(tensor);
        return constant;
    }

    /// <summary>A value whose sides are numbers, or names where they are free.</summary>
    private static ValueInfoProto Value(string value, TensorProto.Types.DataType type, object[] shape)
    {
        var sides = new TensorShapeProto();
        sides.Dim.AddRange(shape.Select(side => side is string free
            ? new TensorShapeProto.Types.Dimension { DimParam = free }
            : new TensorShapeProto.Types.Dimension { DimValue = (int)side }));
        return new ValueInfoProto
        {
            Name = value,
            Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)type, Shape = sides } },
        };
    }

    private static AttributeProto Attribute(string attribute, object value)
    {
        var proto = new AttributeProto { Name = attribute };
        switch (value)
        {
            case int number:
                proto.Type = AttributeProto.Types.AttributeType.Int;
                proto.I = number;
                break;
            case float fraction:
                proto.Type = AttributeProto.Types.AttributeType.Float;
                proto.F = fraction;
                break;
            case string text:
                proto.Type = AttributeProto.Types.AttributeType.String;
                proto.S = ByteString.CopyFromUtf8(text);
                break;
            default:
                proto.Type = AttributeProto.Types.AttributeType.Ints;
                proto.Ints.AddRange((long[])value);
                break;
        }

        return proto;
    }
}

using System.Runtime.InteropServices;
using Google.Protobuf;
using SimClr.Onnx.Format;

namespace SimClr.Onnx;

/// <summary>
/// A builder of ONNX graphs. Values are referred to by name. The result of a node has the name of the node.
/// </summary>
internal sealed class GraphBuilder(string name)
{
    public GraphProto Graph { get; } = new() { Name = name };

    /// <summary>Adds a node.</summary>
    /// <param name="operation">The ONNX operator.</param>
    /// <param name="name">The name of the node and its result.</param>
    /// <param name="inputs">The names of the inputs. An empty name omits an optional input.</param>
    /// <param name="attributes">The attributes by name: integers, lists of integers, floats or strings.</param>
    /// <returns>The name of the result.</returns>
    public string Add(
        string operation, string name, IReadOnlyList<string> inputs, params (string Name, object Value)[] attributes)
    {
        var node = new NodeProto { OpType = operation, Name = name };
        node.Input.AddRange(inputs);
        node.Output.Add(name);
        node.Attribute.AddRange(attributes.Select(attribute => Attribute(attribute.Name, attribute.Value)));
        Graph.Node.Add(node);
        return name;
    }

    /// <summary>Adds another result to the last node.</summary>
    public void AddResult(string name) => Graph.Node[^1].Output.Add(name);

    /// <summary>Adds a constant tensor of floats, in row-major order.</summary>
    /// <returns>The name of the constant.</returns>
    public string Constant(string name, float[] values, params long[] shape)
        => Constant(name, TensorProto.Types.DataType.Float, MemoryMarshal.AsBytes<float>(values), shape);

    /// <summary>Adds a constant number.</summary>
    /// <returns>The name of the constant.</returns>
    public string Scalar(string name, float value) => Constant(name, [value], []);

    /// <summary>Adds a constant list of integers.</summary>
    /// <returns>The name of the constant.</returns>
    public string Constant(string name, params long[] values)
        => Constant(name, TensorProto.Types.DataType.Int64, MemoryMarshal.AsBytes<long>(values), [values.Length]);

    /// <summary>Adds an input of the graph.</summary>
    public void Input(string name, TensorProto.Types.DataType type, params object[] shape)
        => Graph.Input.Add(Value(name, type, shape));

    /// <summary>Adds an output of the graph.</summary>
    public void Output(string name, TensorProto.Types.DataType type, params object[] shape)
        => Graph.Output.Add(Value(name, type, shape));

    private string Constant(
        string constant, TensorProto.Types.DataType type, ReadOnlySpan<byte> littleEndian, long[] shape)
    {
        var tensor = new TensorProto
        {
            Name = constant,
            DataType = (int)type,
            RawData = ByteString.CopyFrom(littleEndian),
        };
        tensor.Dims.AddRange(shape);
        Graph.Initializer.Add(tensor);
        return constant;
    }

    /// <summary>Creates a value whose dimensions are numbers, or names for dimensions of any size.</summary>
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

using System.Collections.Immutable;
using System.Reflection.Emit;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;

namespace Rekkord.Architecture.Tests;

/// <summary>One type of the assembly that uses another.</summary>
internal readonly record struct Arrow(string FromFolder, string FromType, string ToFolder, string ToType);

/// <summary>
/// Reads from a compiled assembly which of its types use which: in their signatures, and in the bodies of their methods. A constant is not
/// seen: the compiler copies its value.
/// </summary>
internal sealed class CompiledArrows : ISignatureTypeProvider<bool, bool>
{
    private static readonly OpCode[] OneByteCodes = new OpCode[256];
    private static readonly OpCode[] TwoByteCodes = new OpCode[256];

    private readonly string _root;
    private readonly PEReader _file;
    private readonly MetadataReader _metadata;
    private readonly HashSet<TypeDefinitionHandle> _used = [];

    static CompiledArrows()
    {
        foreach (var code in typeof(OpCodes).GetFields().Select(field => field.GetValue(null)).OfType<OpCode>())
            (code.Size == 1 ? OneByteCodes : TwoByteCodes)[code.Value & 0xff] = code;
    }

    private CompiledArrows(string root, PEReader file)
    {
        _root = root;
        _file = file;
        _metadata = file.GetMetadataReader();
    }

    /// <summary>All arrows between different folders below a root namespace. A nested type counts as the one that it is in.</summary>
    public static IReadOnlySet<Arrow> Read(string assembly, string root)
    {
        using var file = new PEReader(File.OpenRead(assembly));
        var arrows = new CompiledArrows(root, file);
        return arrows._metadata.TypeDefinitions.SelectMany(arrows.ArrowsOf).ToHashSet();
    }

    public bool GetTypeFromDefinition(MetadataReader reader, TypeDefinitionHandle handle, byte rawTypeKind) => _used.Add(handle);

    public bool GetTypeFromSpecification(MetadataReader reader, bool genericContext, TypeSpecificationHandle handle, byte rawTypeKind) =>
        reader.GetTypeSpecification(handle).DecodeSignature(this, genericContext);

    public bool GetTypeFromReference(MetadataReader reader, TypeReferenceHandle handle, byte rawTypeKind) => false;

    public bool GetPrimitiveType(PrimitiveTypeCode typeCode) => false;

    public bool GetArrayType(bool elementType, ArrayShape shape) => false;

    public bool GetByReferenceType(bool elementType) => false;

    public bool GetFunctionPointerType(MethodSignature<bool> signature) => false;

    public bool GetGenericInstantiation(bool genericType, ImmutableArray<bool> typeArguments) => false;

    public bool GetGenericMethodParameter(bool genericContext, int index) => false;

    public bool GetGenericTypeParameter(bool genericContext, int index) => false;

    public bool GetModifiedType(bool modifier, bool unmodifiedType, bool isRequired) => false;

    public bool GetPinnedType(bool elementType) => false;

    public bool GetPointerType(bool elementType) => false;

    public bool GetSZArrayType(bool elementType) => false;

    private IEnumerable<Arrow> ArrowsOf(TypeDefinitionHandle type)
    {
        var (fromFolder, fromType) = Locate(type);
        if (fromFolder is null)
            return [];
        _used.Clear();
        Visit(_metadata.GetTypeDefinition(type));
        return [.. _used.Select(Locate)
            .Where(to => to.Folder is not null && to.Folder != fromFolder)
            .Select(to => new Arrow(fromFolder, fromType, to.Folder!, to.Type))];
    }

    private (string? Folder, string Type) Locate(TypeDefinitionHandle handle)
    {
        var type = _metadata.GetTypeDefinition(handle);
        while (!type.GetDeclaringType().IsNil)
            type = _metadata.GetTypeDefinition(type.GetDeclaringType());
        var space = _metadata.GetString(type.Namespace);
        var folder = space.StartsWith($"{_root}.", StringComparison.Ordinal) ? space[(_root.Length + 1)..].Replace('.', '/') : null;
        return (folder, _metadata.GetString(type.Name));
    }

    private void Visit(TypeDefinition type)
    {
        Use(type.BaseType);
        foreach (var implemented in type.GetInterfaceImplementations())
            Use(_metadata.GetInterfaceImplementation(implemented).Interface);
        Visit(type.GetGenericParameters());
        foreach (var field in type.GetFields())
            _metadata.GetFieldDefinition(field).DecodeSignature(this, false);
        foreach (var method in type.GetMethods().Select(_metadata.GetMethodDefinition))
        {
            method.DecodeSignature(this, false);
            Visit(method.GetGenericParameters());
            if (method.RelativeVirtualAddress != 0)
                Visit(_file.GetMethodBody(method.RelativeVirtualAddress));
        }
    }

    private void Visit(GenericParameterHandleCollection parameters)
    {
        foreach (var constraint in parameters.SelectMany(parameter => _metadata.GetGenericParameter(parameter).GetConstraints()))
            Use(_metadata.GetGenericParameterConstraint(constraint).Type);
    }

    private void Visit(MethodBodyBlock body)
    {
        if (!body.LocalSignature.IsNil)
            _metadata.GetStandaloneSignature(body.LocalSignature).DecodeLocalSignature(this, false);
        foreach (var region in body.ExceptionRegions.Where(region => region.Kind == ExceptionRegionKind.Catch))
            Use(region.CatchType);
        var code = body.GetILReader();
        while (code.RemainingBytes > 0)
            VisitInstruction(ref code);
    }

    private void VisitInstruction(ref BlobReader code)
    {
        var first = code.ReadByte();
        var instruction = first == 0xfe ? TwoByteCodes[code.ReadByte()] : OneByteCodes[first];
        switch (instruction.OperandType)
        {
            case OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineType or OperandType.InlineTok:
                Use(MetadataTokens.EntityHandle(code.ReadInt32()));
                break;
            case OperandType.InlineSwitch:
                var targets = code.ReadInt32();
                code.Offset += sizeof(int) * targets;
                break;
            default:
                code.Offset += SizeOf(instruction.OperandType);
                break;
        }
    }

    private static int SizeOf(OperandType operand) => operand switch
    {
        OperandType.InlineNone => 0,
        OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => sizeof(byte),
        OperandType.InlineVar => sizeof(short),
        OperandType.InlineI8 or OperandType.InlineR => sizeof(long),
        _ => sizeof(int),
    };

    private void Use(EntityHandle handle)
    {
        switch (handle.Kind)
        {
            case HandleKind.TypeDefinition when !handle.IsNil:
                _used.Add((TypeDefinitionHandle)handle);
                break;
            case HandleKind.TypeSpecification:
                GetTypeFromSpecification(_metadata, false, (TypeSpecificationHandle)handle, 0);
                break;
            case HandleKind.FieldDefinition:
                _used.Add(_metadata.GetFieldDefinition((FieldDefinitionHandle)handle).GetDeclaringType());
                break;
            case HandleKind.MethodDefinition:
                _used.Add(_metadata.GetMethodDefinition((MethodDefinitionHandle)handle).GetDeclaringType());
                break;
            case HandleKind.MethodSpecification:
                var method = _metadata.GetMethodSpecification((MethodSpecificationHandle)handle);
                method.DecodeSignature(this, false);
                Use(method.Method);
                break;
            case HandleKind.MemberReference:
                Use(_metadata.GetMemberReference((MemberReferenceHandle)handle).Parent);
                break;
        }
    }
}

using CsCheck;
using Loop.Replayer.Agent.Clock;

namespace Loop.Replayer.Sandbox.Tests.Clock;

/// <summary>Reading executables.</summary>
public sealed class ElfFileTests
{
    [Fact]
    public void SystemProgram_IsLoadedByTheDynamicLinker()
    {
        using FileStream file = File.OpenRead("/bin/sh");

        Assert.Equal(new ElfFile(HasInterpreter: true, IsGo: false), ElfFile.Read(file));
    }

    [Fact]
    public void Text_IsNoElfFile()
    {
        using MemoryStream file = new("#!/bin/sh\necho this is a script that is longer than the header of an ELF file\n"u8.ToArray());

        Assert.Null(ElfFile.Read(file));
    }

    [Fact]
    public void Damage_NeverThrows()
    {
        byte[] program = File.ReadAllBytes("/bin/sh");
        (from length in Gen.Int[0, 4096]
         from places in Gen.Select(Gen.Int[6, 4095], Gen.Byte).Array[0, 40]
         select (length, places)).Sample(sample =>
        {
            byte[] bytes = program[..sample.length];
            foreach ((int place, byte value) in sample.places.Where(entry => entry.Item1 < bytes.Length))
                bytes[place] = value;
            using MemoryStream file = new(bytes);
            _ = ElfFile.Read(file);
            Assert.True(file.Position <= file.Length);
        });
    }
}

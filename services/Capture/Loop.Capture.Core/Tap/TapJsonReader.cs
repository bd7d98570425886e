using System.Buffers;
using Loop.Protocols.Envoy.Data.Tap.V3;

namespace Loop.Capture.Core.Tap;

/// <summary>
/// Reads traces in JSON as they arrive: tap files and the endless body of <c>POST /tap</c>. Append bytes, then read until there is no document left.
/// A document that cannot be read is reported and the next one is read. One caller at a time.
/// </summary>
/// <param name="maxDocumentBytes">A larger document is refused; its bytes are passed over without being held.</param>
public sealed class TapJsonReader(int maxDocumentBytes = TapJsonReader.DefaultMaxDocumentBytes)
{
    /// <summary>64 MiB: two bodies of 16 MiB in base64, and their headers.</summary>
    public const int DefaultMaxDocumentBytes = 64 * 1024 * 1024;

    private readonly JsonDocumentSplitter _splitter = new();
    private readonly Queue<TapJsonDocument> _ready = [];
    private ArrayBufferWriter<byte> _document = new();
    private bool _isInside;
    private long _documentBytes;
    private long _strayBytes;

    /// <summary>Takes bytes; any cut is fine.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        int begin = 0;
        for (int index = 0; index < bytes.Length; index++)
        {
            switch (_splitter.Take(bytes[index]))
            {
                case JsonBorder.Between:
                    _strayBytes += bytes[index] > (byte)' ' ? 1 : 0;
                    begin = index + 1;
                    break;
                case JsonBorder.Begin:
                    ReportStray();
                    begin = index;
                    _isInside = true;
                    break;
                case JsonBorder.Restart:
                    Hold(bytes[begin..index]);
                    ReportCut();
                    begin = index;
                    _isInside = true;
                    break;
                case JsonBorder.End:
                    Hold(bytes[begin..(index + 1)]);
                    Complete();
                    begin = index + 1;
                    break;
            }
        }

        if (_isInside)
            Hold(bytes[begin..]);
    }

    /// <summary>The next document, or its fault; false when more bytes are needed.</summary>
    public bool TryRead(out TapJsonDocument document) => _ready.TryDequeue(out document);

    /// <summary>The source ended: what is unfinished becomes a fault, to be read with <see cref="TryRead"/>.</summary>
    public void Finish()
    {
        ReportStray();
        if (_isInside)
            ReportCut();
        _splitter.Reset();
    }

    private void Hold(ReadOnlySpan<byte> bytes)
    {
        _documentBytes += bytes.Length;
        if (_documentBytes <= maxDocumentBytes)
            _document.Write(bytes);
    }

    private void Complete()
    {
        if (_documentBytes > maxDocumentBytes)
            _ready.Enqueue(new TapJsonDocument(null, $"A document of {_documentBytes} bytes is larger than the limit of {maxDocumentBytes}.", _documentBytes));
        else if (TapJsonParser.TryParse(_document.WrittenSpan, out TraceWrapper? trace, out string? error))
            _ready.Enqueue(new TapJsonDocument(trace, null, _documentBytes));
        else
            _ready.Enqueue(new TapJsonDocument(null, error, _documentBytes));
        Clear();
    }

    private void ReportCut()
    {
        _ready.Enqueue(new TapJsonDocument(null, $"A document was cut off after {_documentBytes} bytes.", _documentBytes));
        Clear();
    }

    private void ReportStray()
    {
        if (_strayBytes > 0)
            _ready.Enqueue(new TapJsonDocument(null, $"{_strayBytes} bytes between documents are not JSON.", _strayBytes));
        _strayBytes = 0;
    }

    private void Clear()
    {
        const int KeptCapacity = 1024 * 1024;
        if (_document.Capacity > KeptCapacity)
            _document = new ArrayBufferWriter<byte>();
        else
            _document.ResetWrittenCount();
        _documentBytes = 0;
        _isInside = false;
    }
}

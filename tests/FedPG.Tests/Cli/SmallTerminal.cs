using System.Globalization;
using System.Text;
using Xunit;

namespace FedPG.Tests.Cli;

/// <summary>A terminal that understands what the program sends: it keeps lines, and counts those that it had to break.</summary>
internal sealed class SmallTerminal(int columns)
{
    private readonly List<StringBuilder> _lines = [new()];
    private int _row, _column;
    private bool _breaks = true;

    /// <summary>What stands in each line.</summary>
    public string[] Lines => [.. _lines.Select(line => line.ToString())];

    /// <summary>The lines that were broken because they did not fit.</summary>
    public List<string> Broken { get; } = [];

    /// <summary>Takes what a program wrote.</summary>
    public void Write(string text)
    {
        for (int k = 0; k < text.Length; k++)
        {
            switch (text[k])
            {
                case '\r': _column = 0; break;
                case '\n': Down(); break;
                case '\u001b': k = Escape(text, k + 1); break;
                default: Put(text[k]); break;
            }
        }
    }

    private void Put(char symbol)
    {
        if (_column == columns && _breaks)
        {
            Broken.Add(_lines[_row].ToString());
            Down();
            _column = 0;
        }
        StringBuilder line = _lines[_row];
        int at = Math.Min(_column, columns - 1);
        if (line.Length <= at) line.Append(' ', at + 1 - line.Length);
        line[at] = symbol;
        _column = at + 1;
    }

    private void Down()
    {
        if (++_row == _lines.Count) _lines.Add(new StringBuilder());
    }

    private int Escape(string text, int at)
    {
        // What .NET says of the keypad when it starts and ends.
        if (text[at] is '=' or '>') return at;
        Assert.Equal('[', text[at]);
        int end = at + 1;
        while (!char.IsLetter(text[end])) end++;
        string arguments = text[(at + 1)..end];
        switch (text[end])
        {
            case 'A': _row -= int.Parse(arguments, CultureInfo.InvariantCulture); break;
            case 'J':
                _lines[_row].Length = Math.Min(_lines[_row].Length, _column);
                _lines.RemoveRange(_row + 1, _lines.Count - _row - 1);
                break;
            case 'h' or 'l' when arguments == "?1": break;
            case 'h' or 'l' when arguments == "?7": _breaks = text[end] == 'h'; break;
            case 'm': break;
            default: Assert.Fail($"the terminal does not know ESC[{arguments}{text[end]}"); break;
        }
        return end;
    }
}

package audio

// frame22HeaderBytes is the length of a frame's header in ID3v2.2: three letters
// and a size of three bytes.
const frame22HeaderBytes = 6

// longIDs are the names that the frames of ID3v2.2 have since 2.3, iTunes'
// inventions among them. What is missing has another form in 2.3, or none.
var longIDs = map[string]string{
	"BUF": "RBUF", "CNT": "PCNT", "COM": "COMM", "CRA": "AENC", "ETC": "ETCO", "GEO": "GEOB", "IPL": "IPLS", "MCI": "MCDI",
	"MLL": "MLLT", "PIC": "APIC", "POP": "POPM", "REV": "RVRB", "SLT": "SYLT", "STC": "SYTC", "UFI": "UFID", "ULT": "USLT",
	"TAL": "TALB", "TBP": "TBPM", "TCM": "TCOM", "TCO": "TCON", "TCR": "TCOP", "TDA": "TDAT", "TDY": "TDLY", "TEN": "TENC",
	"TFT": "TFLT", "TIM": "TIME", "TKE": "TKEY", "TLA": "TLAN", "TLE": "TLEN", "TMT": "TMED", "TOA": "TOPE", "TOF": "TOFN",
	"TOL": "TOLY", "TOR": "TORY", "TOT": "TOAL", "TP1": "TPE1", "TP2": "TPE2", "TP3": "TPE3", "TP4": "TPE4", "TPA": "TPOS",
	"TPB": "TPUB", "TRC": "TSRC", "TRD": "TRDA", "TRK": "TRCK", "TSI": "TSIZ", "TSS": "TSSE", "TT1": "TIT1", "TT2": "TIT2",
	"TT3": "TIT3", "TXT": "TEXT", "TXX": "TXXX", "TYE": "TYER", "WAF": "WOAF", "WAR": "WOAR", "WAS": "WOAS", "WCM": "WCOM",
	"WCP": "WCOP", "WPB": "WPUB", "WXX": "WXXX",
	"PCS": "PCST", "TCP": "TCMP", "TCT": "TCAT", "TDS": "TDES", "TID": "TGID", "TKW": "TKWD", "TS2": "TSO2", "TSA": "TSOA",
	"TSC": "TSOC", "TSP": "TSOP", "TST": "TSOT", "WFD": "WFED",
}

// longID is the name of a frame of ID3v2.2 in 2.3, or the same where it has
// none.
func longID(id string) string {
	if long, ok := longIDs[id]; ok {
		return long
	}
	return id
}

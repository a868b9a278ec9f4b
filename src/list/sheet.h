/* list/sheet.h - rows of a table and their cells; of csv.c. */
#ifndef LIST_SHEET_H
#define LIST_SHEET_H
#include <stdbool.h>
#include <stddef.h>
#include "base/buf.h"

struct device_file;

#define CELLS_MAX	512u

struct cell {
	size_t		 at, n;		/* in the row's text; NUL behind it */
	bool		 odd;		/* may need text_line */
};

struct sheet {
	const struct device_file *file;
	const char	*p;
	size_t		 n, at;
	char		 separator;
	bool		 narrow;	/* bytes are Windows-1252 */
	unsigned	 line;		/* of the next row */
	/* the row that was read last */
	struct buf	 text;
	struct cell	 cell[CELLS_MAX];
	unsigned	 n_cells;
	unsigned	 row_line;
	bool		 wide;		/* had more than CELLS_MAX cells */
	bool		 open_quote;
};

/* The next row into text and cell; false at the end. */
bool	 sheet_row(struct sheet *s);
char	*sheet_cell(struct sheet *s, unsigned i);
#endif

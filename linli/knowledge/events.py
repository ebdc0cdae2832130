"""What happens to an article of the knowledge base, as facts that may be kept for ever."""

from linli.kernel.events import event


@event("article.written")
class ArticleWritten:
    article_id: int
    number: int


@event("article.approved")
class ArticleApproved:
    article_id: int
    number: int
    before: int | None


@event("article.declined")
class ArticleDeclined:
    article_id: int
    number: int


@event("article.ended")
class ArticleEnded:
    article_id: int
    number: int

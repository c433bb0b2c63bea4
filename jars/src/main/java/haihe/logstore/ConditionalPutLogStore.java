package haihe.logstore;

import io.delta.storage.S3SingleDriverLogStore;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.util.Arrays;
import java.util.Iterator;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FSDataOutputStreamBuilder;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import software.amazon.awssdk.awscore.exception.AwsServiceException;

/**
 * Delta commits on S3 as one PUT with {@code If-None-Match: *}, so that several drivers may write one table.
 *
 * <p>Delta's own store for S3 looks first and writes then, with a lock that only its own JVM sees: of two drivers that
 * take the same version at once both "win", and one commit is lost. Here the object store decides. Set as {@code
 * spark.delta.logStore.s3a.impl}; the endpoint must know conditional PUT (the probe at start sees to that).
 *
 * <p>A commit file carries a transaction id of its own (keep {@code spark.databricks.delta.commitInfo.enabled}), so bytes
 * equal to ours in the store mean that our PUT won, even where its reply was lost.
 */
public class ConditionalPutLogStore extends S3SingleDriverLogStore {
  private static final String CONDITIONAL_CREATE = "fs.option.create.conditional.overwrite";
  private static final int CONFLICT = 409;
  private static final int PRECONDITION_FAILED = 412;
  private static final int CONFLICT_RETRIES = 5;
  private static final long CONFLICT_PAUSE_MS = 50;
  private static final int CAUSES_SEARCHED = 12;

  public ConditionalPutLogStore(Configuration conf) {
    super(conf);
  }

  @Override
  public void write(Path path, Iterator<String> actions, Boolean overwrite, Configuration conf) throws IOException {
    byte[] commit = lines(actions);
    FileSystem fs = path.getFileSystem(conf);
    if (overwrite) {
      put(fs.create(path, true), commit);
    } else {
      create(fs, path, commit);
    }
  }

  /**
   * Puts the commit where nothing stands yet.
   *
   * @throws FileAlreadyExistsException another writer's commit has this version; Delta then checks for conflicts and tries
   *     the next one.
   */
  private static void create(FileSystem fs, Path path, byte[] commit) throws IOException {
    for (int attempt = 1; ; attempt++) {
      try {
        put(conditionalStream(fs, path), commit);
        return;
      } catch (IOException failure) {
        int status = statusOf(failure);
        if (status == CONFLICT && attempt <= CONFLICT_RETRIES) {
          pause(attempt * CONFLICT_PAUSE_MS);
        } else if (standsAt(fs, path, commit)) {
          // The reply was lost, or the SDK sent our PUT twice and the second one met the first.
          return;
        } else if (status == CONFLICT || status == PRECONDITION_FAILED) {
          throw taken(path, failure);
        } else {
          throw failure;
        }
      }
    }
  }

  private static byte[] lines(Iterator<String> actions) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    while (actions.hasNext()) {
      bytes.writeBytes(actions.next().getBytes(StandardCharsets.UTF_8));
      bytes.write('\n');
    }
    return bytes.toByteArray();
  }

  /** {@code must}, not {@code opt}: a file system that cannot do it fails here instead of overwriting in silence. */
  private static FSDataOutputStream conditionalStream(FileSystem fs, Path path) throws IOException {
    FSDataOutputStreamBuilder<?, ?> builder = fs.createFile(path);
    builder.overwrite(true);
    builder.must(CONDITIONAL_CREATE, true);
    return (FSDataOutputStream) builder.build();
  }

  /** The PUT happens in {@code close()}, so a stream that failed before it is aborted: half a commit is never published. */
  private static void put(FSDataOutputStream out, byte[] commit) throws IOException {
    try {
      out.write(commit);
    } catch (IOException | RuntimeException failure) {
      out.abort();
      throw failure;
    }
    out.close();
  }

  private static boolean standsAt(FileSystem fs, Path path, byte[] commit) {
    try {
      if (fs.getFileStatus(path).getLen() != commit.length) {
        return false;
      }
      try (InputStream in = fs.open(path)) {
        return Arrays.equals(in.readNBytes(commit.length + 1), commit);
      }
    } catch (IOException unreadable) {
      return false;
    }
  }

  /** The HTTP status that made the write fail; 412 where S3A has named it "exists" already; -1 where there is none. */
  private static int statusOf(Throwable failure) {
    Throwable cause = failure;
    for (int depth = 0; cause != null && depth < CAUSES_SEARCHED; depth++) {
      if (cause instanceof AwsServiceException) {
        return ((AwsServiceException) cause).statusCode();
      }
      if (cause instanceof FileAlreadyExistsException || cause instanceof org.apache.hadoop.fs.FileAlreadyExistsException) {
        return PRECONDITION_FAILED;
      }
      cause = cause.getCause();
    }
    return -1;
  }

  private static FileAlreadyExistsException taken(Path path, IOException failure) {
    FileAlreadyExistsException exists = new FileAlreadyExistsException(path.toString());
    exists.initCause(failure);
    return exists;
  }

  private static void pause(long milliseconds) throws IOException {
    try {
      Thread.sleep(milliseconds);
    } catch (InterruptedException interruption) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while waiting to try a commit again");
    }
  }
}
